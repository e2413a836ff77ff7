"""A run that has its folder to itself: begin, render, deliver, and note how far it came.

The promises about the folder are here: whatever ends a run, finished work is in the store and
run.json says what is done. Called by `run` and `retaking`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter
from types import MappingProxyType
from typing import TYPE_CHECKING

from storyboard.errors import ResourceError, StoryboardError
from storyboard.events import (
    ClipReady,
    Event,
    FileWritten,
    Listener,
    NetworkLoaded,
    RunFinished,
    RunStarted,
    SceneDrifts,
    TakeFinished,
    TakeKept,
    TakeScored,
    Warned,
)
from storyboard.executors import Executor, LocalExecutor
from storyboard.film.assembly import Film
from storyboard.plan.cost import check_disk, record_speed
from storyboard.plan.request import Request
from storyboard.run import retake_choice
from storyboard.run.deliver import (
    ANIMATIC,
    Failures,
    plan_film,
    publish_take,
    remove_stale,
    write_animatic,
    write_contact_sheet,
    write_review_copy,
)
from storyboard.run.layout_clips import publish_asked, with_asked
from storyboard.run.manifest import Manifest
from storyboard.run.manifest_rows import describe_run, take_entries
from storyboard.run.preview import Options, Preview, preview
from storyboard.schedule import render
from storyboard.take.take import Take

if TYPE_CHECKING:
    from shots.schema import ShotList
    from storyboard.run.score import Scores

STORE = "store"


@dataclass(frozen=True)
class Outcome:
    """What a run came to."""

    manifest: Manifest
    failures: Failures


@dataclass
class Recorder:
    """Passes events on and keeps them, for run.json."""

    listen: Listener
    events: list[Event] = field(default_factory=list)
    began: float = field(default_factory=perf_counter)

    def __call__(self, event: Event) -> None:
        """Take an event."""
        self.events.append(event)
        self.listen(event)

    def networks_loaded(self) -> int:
        """How often a network came into memory."""
        return sum(isinstance(event, NetworkLoaded) for event in self.events)


class Run:
    """A run that has its folder to itself."""

    def __init__(
        self,
        seen: Preview,
        draft: Manifest,
        folder: Path,
        recorder: Recorder,
        kept: Mapping[str, retake_choice.Kept] = MappingProxyType({}),
    ) -> None:
        self._seen, self._draft = seen, draft
        self._folder, self._recorder = folder, recorder
        self._kept = kept
        plan = self.plan = seen.plan
        self._form = Film(plan.cut, (), plan.size, plan.fps)

    def begin(self) -> None:
        """Refuse what cannot end well, say what is coming, and note that it has begun."""
        plan, waves = self.plan, self._seen.waves
        self._check()
        title = plan.board.title or plan.board.path.stem
        self._recorder(RunStarted(title, len(plan.takes), len(waves.waves), plan.cut.frames))
        for notice in plan.notices:
            self._recorder(Warned(notice))
        self._noted("running", {}).write(self._folder)

    def _check(self) -> None:
        """Refuse what the disk or the machine cannot do."""
        plan = self.plan
        check_disk(plan, self._seen.jobs, self._folder)
        busy = {stage for stage, _ in self._seen.todo}
        if any(stage.network for stage in plan.stages if stage.name in busy):
            from storyboard.stages import tensors

            tensors.check_hardware(plan.settings.hardware)
            if "encode-text" in busy:
                tensors.import_text_encoder()

    def listen(self, event: Event) -> None:
        """Pass an event on, and let a finished clip be seen at once."""
        self._recorder(event)
        if isinstance(event, TakeFinished) and event.stage == self._seen.plan.stages[-1].name:
            take = next(take for take in self._seen.plan.takes if take.stem == event.take)
            clip = publish_take(self._seen.plan, take, self._form, self._seen.store, self._folder)
            self._recorder(ClipReady(take.stem, str(clip)))

    def again(
        self,
        board: ShotList,
        request: Request,
        options: Options,
        kept: Mapping[str, retake_choice.Kept],
    ) -> Run:
        """The same run with other takes of some shots; what it rendered so far stays rendered."""
        root = self._seen.store.root
        seen = preview(board, request, root, options, self._recorder, folder=self._folder)
        made = {take.stem for take in self._seen.waiting}
        last = seen.plan.stages[-1].name
        before = {(last, take) for take in seen.plan.takes if take.stem in made}
        draft = describe_run(seen.plan, seen.waves, request, self._folder)
        run = Run(
            replace(seen, todo=seen.todo | before, before=self._seen.before),
            replace(draft, started=self._draft.started),
            self._folder,
            self._recorder,
            kept,
        )
        run._check()
        return run

    def scores(self) -> Scores:
        """What became of every directive, in every clip that is there."""
        from storyboard.run.score import score_takes

        return score_takes(self.plan, self._seen.store)

    def render(self, executor: Executor | None) -> dict[Take, str]:
        """Make what is missing; returns the takes that failed, and why."""
        seen = self._seen
        workers = executor or LocalExecutor(self.listen)
        failures = render(seen.plan.stages, seen.waves.waves, seen.store, workers, self.listen)
        record_speed(seen.plan, self._recorder.events, seen.store.root)
        return _by_take(self.plan.takes, failures)

    def deliver(self, options: Options, failures: Failures) -> Outcome:
        """Put everything that is there into the folder, and write down what it is."""
        seen, folder, plan = self._seen, self._folder, self._seen.plan
        for take in plan.takes:
            if seen.store.holds(plan.final(take)):
                publish_take(plan, take, self._form, seen.store, folder)
        film = plan_film(plan, seen.store, failures, options.title_s)
        before = seen.before.animatic if seen.before else {}
        animatic: Mapping[str, object] = before
        if options.animatic:
            animatic = write_animatic(film, seen.store, folder, before)
            if animatic != before:
                self._recorder(FileWritten(str(folder / ANIMATIC)))
        version = seen.before.version if seen.before else 0
        version += animatic.get("key") != before.get("key")
        scores = self.scores() if options.score else None
        noted = self._noted("failed" if failures else "done", failures, scores)
        # A sheet that an earlier run wrote still shows them.
        is_shown = options.sheet or (seen.before is not None and seen.before.has_asked)
        filmed = publish_asked(plan, seen.store, folder) if is_shown else {}
        manifest = replace(
            noted,
            takes=tuple(
                with_asked(entry, take.stem, filmed)
                for entry, take in zip(noted.takes, plan.takes, strict=True)
            ),
            version=version,
            animatic=animatic,
            delivery={**self._draft.delivery, "title_frames": film.title_frames},
        )
        if options.burn_in and options.animatic:
            date = manifest.started[:10]
            path = write_review_copy(plan, film, seen.store, folder, version=version, date=date)
            self._recorder(FileWritten(str(path)))
        if options.sheet:
            self._recorder(FileWritten(str(write_contact_sheet(plan, manifest, folder))))
        remove_stale(seen.before, manifest, folder)
        manifest.write(folder)
        if scores is not None:
            self._say_directions(scores)
        self._say_finished(manifest)
        return Outcome(manifest, failures)

    @contextmanager
    def interruption_noted(self) -> Iterator[None]:
        """Whatever ends a run early, run.json says so and what is done."""
        try:
            yield
        except (KeyboardInterrupt, StoryboardError) as error:
            status = "interrupted" if isinstance(error, KeyboardInterrupt) else "stopped"
            # On a full disk this fails as well; the first error is the one to report.
            with suppress(ResourceError):
                self._noted(status, {}).write(self._folder)
            raise

    def _noted(self, status: str, failures: Failures, scores: Scores | None = None) -> Manifest:
        before = self._seen.before
        return replace(
            self._draft,
            status=status,
            seconds=round(perf_counter() - self._recorder.began, 3),
            networks_loaded=self._recorder.networks_loaded(),
            takes=take_entries(self._seen, failures, scores),
            version=before.version if before else 0,
            animatic=before.animatic if before else {},
            drift=scores.drift_as_json() if scores else (),
            retakes={shot: kept.as_json() for shot, kept in self._kept.items()},
        )

    def _say_directions(self, scores: Scores) -> None:
        """What became of the directives of every take in the cut."""
        for take in self.plan.shown:
            findings = scores.findings(take)
            if findings:
                said = tuple(f.sentence for f in findings if f.verdict == "disagrees")
                agree = sum(f.verdict == "agrees" for f in findings)
                unclear = len(findings) - agree - len(said)
                self._recorder(TakeScored(take.slate, agree, said, unclear))
        for drift in scores.drift:
            if drift.finding.verdict == "disagrees":
                self._recorder(SceneDrifts(drift.scene, drift.finding.sentence))
        for shot, kept in self._kept.items():
            name = f"T{kept.take:02}"
            self._recorder(TakeKept(shot, name, len(kept.of), kept.because))

    def _say_finished(self, manifest: Manifest) -> None:
        count = {s: sum(t.status == s for t in manifest.takes) for s in ("rendered", "cached")}
        verdicts = manifest.verdicts
        self._recorder(
            RunFinished(
                rendered=count["rendered"],
                cached=count["cached"],
                failed=sum(entry.status == "failed" for entry in manifest.takes),
                networks_loaded=manifest.networks_loaded,
                seconds=manifest.seconds,
                agrees=verdicts["agrees"],
                disagrees=verdicts["disagrees"],
                cannot_tell=verdicts["cannot tell"],
            )
        )


def _by_take(takes: Sequence[Take], failures: Failures) -> dict[Take, str]:
    """Failures of whole takes; that of a chain is the first of its segments'."""
    found: dict[Take, str] = {}
    for take in takes:
        parts = [part for part in take.segments if part in failures]
        if parts:
            number = f"clip {parts[0].segment} of {len(take.segments)}"
            found[take] = f"{number}: {failures[parts[0]]}"
        elif take in failures:
            found[take] = failures[take]
    return found
