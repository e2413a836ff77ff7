"use strict";

// Playback, filters and keys of the page. Without it the page shows everything but moving clips.
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

  const root = document.documentElement;
  const cards = $$(".card");
  const stillness = matchMedia("(prefers-reduced-motion: reduce)");
  let current = null; // the card that keys act on: the last one focused or pointed at

  // Clips

  // A clip inside the page becomes a blob when it is first played: Safari seeks in blobs only, and
  // a page of data: sources would keep every clip decoded from text at once.
  function load(video) {
    const source = video.dataset.src;
    if (!source) return;
    delete video.dataset.src;
    video.dataset.loaded = "";
    if (!source.startsWith("data:")) {
      video.src = source;
      return;
    }
    const comma = source.indexOf(",");
    const text = atob(source.slice(comma + 1));
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
    video.src = URL.createObjectURL(new Blob([bytes], { type: source.slice(5, source.indexOf(";")) }));
  }

  function playTogether(clips) {
    for (const clip of clips) {
      clip.loop = true;
      clip.play().catch(() => {}); // a pause that overtakes the start is not an error
    }
  }

  const clipsOf = (card) => $$(".clip", card);
  const isPlaying = (card) => $(".frame", card).classList.contains("moving");

  function setState(card, state) {
    const frame = $(".frame", card);
    frame.classList.toggle("moving", state === "moving");
    frame.classList.toggle("held", state === "held");
    const cover = $(".cover", card);
    if ($(".got .clip", card)) {
      cover.setAttribute("aria-label", cover.getAttribute("aria-label").replace(/^\w+/, state === "moving" ? "Pause" : "Play"));
    }
  }

  function play(card) {
    const clips = clipsOf(card);
    if (!clips.length) return;
    for (const other of cards) if (other !== card && isPlaying(other)) rest(other);
    setState(card, "moving");
    clips.forEach(load);
    playTogether(clips);
  }

  function hold(card) {
    setState(card, "held");
    for (const clip of clipsOf(card)) clip.pause();
  }

  function rest(card) {
    delete card.dataset.hovered;
    setState(card, "still");
    for (const clip of clipsOf(card)) {
      clip.pause();
      if (clip.currentTime) clip.currentTime = 0;
    }
  }

  const toggle = (card) => (isPlaying(card) ? hold(card) : play(card));

  // Cards

  const visible = () => cards.filter((card) => card.offsetParent);

  function setCurrent(card) {
    if (current === card) return;
    if (current) {
      current.removeAttribute("aria-current");
      if (isPlaying(current)) rest(current);
    }
    current = card;
    if (card) card.setAttribute("aria-current", "true");
  }

  function goTo(card) {
    if (!card) return;
    setCurrent(card);
    $(".cover", card).focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest", behavior: stillness.matches ? "auto" : "smooth" });
  }

  function neighbour(key) {
    const list = visible();
    const at = list.indexOf(current);
    if (at < 0) return list[0];
    if (key === "ArrowLeft") return list[at - 1];
    if (key === "ArrowRight") return list[at + 1];
    const here = current.getBoundingClientRect();
    const down = key === "ArrowDown";
    const beyond = list
      .map((card) => ({ card, box: card.getBoundingClientRect() }))
      .filter(({ box }) => (down ? box.top > here.top + 4 : box.top < here.top - 4));
    const rows = beyond.map(({ box }) => box.top);
    const row = down ? Math.min(...rows) : Math.max(...rows);
    const inRow = beyond.filter(({ box }) => Math.abs(box.top - row) <= 4);
    inRow.sort((a, b) => Math.abs(a.box.left - here.left) - Math.abs(b.box.left - here.left));
    return inRow[0]?.card;
  }

  for (const card of cards) {
    const cover = $(".cover", card);
    card.addEventListener("focusin", () => setCurrent(card));
    card.addEventListener("pointermove", (event) => {
      if (event.movementX || event.movementY) setCurrent(card);
    });
    cover.addEventListener("pointerenter", (event) => {
      if (event.pointerType !== "mouse" || stillness.matches || isPlaying(card)) return;
      card.dataset.hovered = "";
      play(card);
    });
    cover.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse") rest(card);
    });
    cover.addEventListener("click", () => {
      // The first click on a clip that plays on hover keeps it playing.
      if ("hovered" in card.dataset && isPlaying(card)) delete card.dataset.hovered;
      else if ($(".got .clip", card)) toggle(card);
      else openLarge(card);
    });
    cover.addEventListener("dblclick", () => openLarge(card));
  }

  // Filters

  const bar = $(".bar");
  const textOf = new Map(cards.map((card) => [card, `${card.textContent} ${$(".leader", card.closest(".scene")).textContent}`.toLocaleLowerCase()]));

  function filter() {
    const asked = Object.fromEntries(new FormData(bar));
    const words = asked.text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const card of cards) {
      const data = card.dataset;
      const fits =
        words.every((word) => textOf.get(card).includes(word)) &&
        (!asked.scene || card.closest(".scene").dataset.scene === asked.scene) &&
        (!asked.size || data.size === asked.size) &&
        (!asked.move || data.moves.split(" ").includes(asked.move)) &&
        (!asked.status || data.status === asked.status);
      if (!fits && isPlaying(card)) rest(card);
      card.hidden = !fits;
      shown += fits;
    }
    for (const scene of $$(".scene")) scene.hidden = !$(".card:not([hidden])", scene);
    if (current?.hidden) setCurrent(null);
    $(".nothing").hidden = shown > 0;
    $(".shown b").textContent = shown;
    for (const select of $$("select", bar)) select.classList.toggle("chosen", select.value !== "");
  }

  bar.addEventListener("input", filter);
  bar.addEventListener("submit", (event) => event.preventDefault());

  // Large view

  const large = $(".large");
  const slider = $(".large-frames", large);
  let stage = null; // { card, clips, frame, frames, fps }

  const pad = (number, width) => String(number).padStart(width, "0");

  function timecode(seconds, fps) {
    const perSecond = Math.ceil(fps);
    const frames = Math.floor(seconds * fps + 1e-6);
    const whole = Math.floor(frames / perSecond);
    return [whole / 3600, (whole / 60) % 60, whole % 60, frames % perSecond].map((part) => pad(Math.floor(part), 2)).join(":");
  }

  function showFrame(frame) {
    stage.frame = Math.min(Math.max(frame, 0), stage.frames - 1);
    slider.value = stage.frame;
    slider.setAttribute("aria-valuetext", `frame ${stage.frame + 1} of ${stage.frames}`);
    $(".large-frame", large).textContent = `${pad(stage.frame + 1, 4)}/${pad(stage.frames, 4)}`;
    $(".large-time", large).textContent = timecode(stage.frame / stage.fps, stage.fps);
  }

  // Half a frame in: a seek to the exact start of a frame can land on the one before. Not looping:
  // Chromium wraps a paused clip around when a seek to its last frame reaches the end of the file.
  function seekTo(frame) {
    if (!stage?.clips.length) return;
    pauseLarge();
    showFrame(frame);
    for (const clip of stage.clips) {
      clip.loop = false;
      clip.currentTime = (stage.frame + 0.5) / stage.fps;
    }
  }

  function pauseLarge() {
    for (const clip of stage.clips) clip.pause();
  }

  function toggleLarge() {
    const [got] = stage.clips;
    if (!got) return;
    if (!got.paused) seekTo(stage.frame);
    else playTogether(stage.clips);
  }

  function watch(clip, of) {
    const isShown = () => stage === of;
    if (clip.requestVideoFrameCallback) {
      const next = (_, data) => {
        if (!isShown()) return;
        if (!clip.paused) showFrame(Math.round(data.mediaTime * of.fps));
        clip.requestVideoFrameCallback(next);
      };
      clip.requestVideoFrameCallback(next);
    } else {
      clip.addEventListener("timeupdate", () => {
        if (isShown() && !clip.paused) showFrame(Math.floor(clip.currentTime * of.fps));
      });
    }
    for (const name of ["play", "pause"]) {
      clip.addEventListener(name, () => {
        if (isShown()) $("[data-do=toggle]", large).textContent = clip.paused ? "Play" : "Pause";
      });
    }
  }

  function copyPicture(figure) {
    const copy = figure.cloneNode(true);
    const clip = $("video", figure);
    if (clip) {
      load(clip);
      const mirror = $("video", copy);
      mirror.removeAttribute("data-src");
      mirror.removeAttribute("tabindex");
      mirror.muted = true;
      mirror.src = clip.src;
    }
    return copy;
  }

  function openLarge(card) {
    if (!card) return;
    setCurrent(card);
    rest(card);
    closeStage();
    const withLayout = root.classList.contains("with-layout");
    const figures = [withLayout && $(".asked", card), $(".got", card)].filter(Boolean).map(copyPicture);
    $(".large-pictures", large).replaceChildren(...figures);
    if (figures.length === 1) $("figcaption", figures[0]).remove();
    $(".slate-id", large).textContent = $(".slate-id", card).textContent.replace(/^Shot\s+/, "").replace(/\s+/g, " ").trim();
    $(".large-terms", large).textContent = $$(".field-size dd, .field-angle dd, .field-move dd, .field-lens dd", card).map((dd) => dd.textContent).join(", ");
    $(".large-script", large).replaceChildren(...$$(".action, .dialogue, .plan", card).map((part) => part.cloneNode(true)));
    const got = $(".got video", large);
    const clips = got ? [got, ...$$(".asked video", large)] : [];
    stage = { card, clips, frame: 0, frames: Math.max(Number(card.dataset.frames), 1), fps: Number(card.dataset.fps) };
    slider.max = stage.frames - 1;
    large.classList.toggle("still", !got);
    $("[data-do=toggle]", large).textContent = "Play";
    showFrame(0);
    if (!large.open) {
      large.showModal();
      if (got) slider.focus();
    }
    if (!got) return;
    watch(got, stage);
    if (!stillness.matches) toggleLarge();
  }

  function closeStage() {
    if (!stage) return;
    pauseLarge();
    $(".large-pictures", large).replaceChildren();
    stage = null;
  }

  function openBeside(step) {
    const list = visible();
    const card = list[list.indexOf(stage.card) + step];
    if (card) openLarge(card);
  }

  slider.addEventListener("input", () => seekTo(Number(slider.value)));
  large.addEventListener("close", () => {
    const card = stage?.card;
    closeStage();
    goTo(card);
  });

  // Animatic

  const film = $(".screen video");
  const segments = $$(".strip button");
  const playhead = $(".playhead");
  let tick = 0;

  function showFilm() {
    const now = film.currentTime;
    const segment = segments.findLast((one) => Number(one.dataset.start) <= now + 1e-3);
    if (segment && !segment.hasAttribute("aria-current")) {
      const strip = $(".strip");
      const { offsetLeft: left, offsetWidth: width } = segment;
      if (left < strip.scrollLeft || left + width > strip.scrollLeft + strip.clientWidth) strip.scrollLeft = left - width;
    }
    for (const one of segments) {
      if (one === segment) one.setAttribute("aria-current", "true");
      else one.removeAttribute("aria-current");
    }
    $(".film-time output").textContent = timecode(now, Number(root.dataset.fps));
    if (!segment) return;
    const { start, end } = segment.dataset;
    const part = Math.min((now - start) / (end - start), 1);
    playhead.hidden = false;
    playhead.style.transform = `translateX(${segment.offsetLeft + part * segment.offsetWidth}px)`;
    $(".film-shot").textContent = $("span", segment).textContent;
    cancelAnimationFrame(tick);
    if (!film.paused) tick = requestAnimationFrame(showFilm);
  }

  function toggleFilm() {
    load(film);
    $(".screen").classList.add("touched");
    if (film.paused) film.play().catch(() => {});
    else film.pause();
  }

  segments.forEach((segment, index) => {
    const still = $(".got img", cards[index]);
    if (still) {
      const thumb = new Image();
      thumb.alt = "";
      thumb.src = still.src;
      segment.prepend(thumb);
    }
    segment.tabIndex = index ? -1 : 0;
    segment.addEventListener("click", () => {
      for (const one of segments) one.tabIndex = one === segment ? 0 : -1;
      if (!film) {
        goTo(cards[index]);
        return;
      }
      load(film);
      $(".screen").classList.add("touched");
      film.currentTime = Number(segment.dataset.start) + 0.5 / Number(root.dataset.fps);
      showFilm();
    });
  });

  if (film) {
    const first = $(".got img");
    if (first) film.poster = first.src;
    for (const name of ["play", "pause", "seeked", "timeupdate"]) film.addEventListener(name, showFilm);
    for (const name of ["play", "pause"]) {
      film.addEventListener(name, () => {
        $(".film-toggle").textContent = film.paused ? "Play" : "Pause";
        $(".screen .cover").setAttribute("aria-label", film.paused ? "Play the animatic" : "Pause the animatic");
      });
    }
  }

  // Buttons and keys

  const help = $(".help");
  const press = (name, isOn) => $(`.tools [data-do=${name}]`)?.setAttribute("aria-pressed", String(isOn));

  function toggleDetails() {
    const details = $$(".numbers");
    const isOn = !details.every((one) => one.open);
    for (const one of details) one.open = isOn;
    press("details", isOn);
  }

  function toggleLayout() {
    if (!$(".frame .asked")) return;
    const isOn = root.classList.toggle("with-layout");
    press("layout", isOn);
    if (stage) {
      const { card, frame } = stage;
      openLarge(card);
      seekTo(frame);
    }
  }

  const actions = {
    film: toggleFilm,
    sound: (button) => {
      film.muted = !film.muted;
      button.setAttribute("aria-pressed", String(!film.muted));
    },
    screen: () => film.requestFullscreen(),
    layout: toggleLayout,
    details: toggleDetails,
    help: () => (help.open ? help.close() : help.showModal()),
    clear: () => {
      bar.reset();
      filter();
    },
    open: (button) => openLarge(button.closest(".card")),
    close: (button) => button.closest("dialog").close(),
    previous: () => openBeside(-1),
    next: () => openBeside(1),
    back: () => seekTo(stage.frame - 1),
    forth: () => seekTo(stage.frame + 1),
    toggle: toggleLarge,
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) actions[button.dataset.do](button);
  });

  function flipDetails() {
    const details = $(".numbers", current ?? cards[0]);
    if (details) details.open = !details.open;
  }

  const everywhere = { "?": actions.help, l: toggleLayout };
  const inLarge = { ",": actions.back, ".": actions.forth, "[": actions.previous, "]": actions.next, " ": toggleLarge };
  const alongStrip = (step) => () => {
    const segment = segments[segments.indexOf(document.activeElement) + step];
    segment?.focus();
    if (film) segment?.click();
  };
  const inStrip = { ArrowLeft: alongStrip(-1), ArrowRight: alongStrip(1), " ": () => film && toggleFilm() };
  const onSheet = {
    "/": () => bar.elements.text.focus(),
    i: flipDetails,
    I: toggleDetails,
    " ": () => (current ? toggle(current) : film && toggleFilm()),
    Enter: () => openLarge(current),
  };
  for (const key of ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]) onSheet[key] = () => goTo(neighbour(key));

  // Keys that a control handles itself. A cover plays on Space like any button, but opens on Enter.
  function keepsKey(target, key) {
    if (target.matches("input:not([type=range]), select")) return true;
    if (target.matches(".card .cover")) return key === " ";
    if (target.matches(".strip button")) return key === "Enter";
    return (key === " " || key === "Enter") && target.matches("button, summary, a");
  }

  function actionOf(key, target) {
    if (key in everywhere) return everywhere[key];
    if (help.open) return undefined;
    if (large.open) return inLarge[key];
    return target.closest(".strip") && key in inStrip ? inStrip[key] : onSheet[key];
  }

  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    // Brackets are typed with AltGr, or with Option, on many keyboards.
    const isTyped = event.getModifierState("AltGraph") || (event.altKey && "[]".includes(key));
    if ((event.ctrlKey || event.metaKey || event.altKey) && !isTyped) return;
    if (target === bar.elements.text && key === "Escape") {
      target.value = "";
      filter();
      target.blur();
      return;
    }
    const action = keepsKey(target, key) ? undefined : actionOf(key, target);
    if (!action) return;
    event.preventDefault();
    action();
  });
})();
