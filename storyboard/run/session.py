"""A run in its output folder: begin, render, deliver, and keep run.json up to date.

However a run ends, finished work is in the store and run.json states what is done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from time import perf_counter
from types import MappingProxyType
from typing import TYPE_CHECKING

from storyboard import events
from storyboard.errors import ResourceError, StoryboardError
from storyboard.events import Event, Listener
from storyboard.executors import Executor, LocalExecutor
from storyboard.film import assembly
from storyboard.film.assembly import Film
from storyboard.plan.cost import check_disk, record_speed
from storyboard.run import deliver
from storyboard.run.deliver import Failures
from storyboard.run.manifest import Kept, Manifest
from storyboard.run.manifest_rows import describe_run, take_entries
from storyboard.run.preview import Preview, preview
from storyboard.schedule import render
from storyboard.take.take import Take

if TYPE_CHECKING:
    from shots.schema import ShotList
    from storyboard.run.score import Scores


@dataclass(frozen=True)
class Outcome:
    """Result of a run: what run.json holds, and the failed takes with their errors."""

    manifest: Manifest
    failures: Failures


@dataclass
class Recorder:
    """Listener that passes events on and keeps them for run.json."""

    listen: Listener
    events: list[Event] = field(default_factory=list)
    began: float = field(default_factory=perf_counter)

    def __call__(self, event: Event) -> None:
        """Keep an event and pass it on."""
        self.events.append(event)
        self.listen(event)

    def networks_loaded(self) -> int:
        """Number of times that a network was loaded."""
        return sum(isinstance(event, events.NetworkLoaded) for event in self.events)


class Run:
    """One run into a folder whose store is locked by this process.

    Args:
        planned: What there is to do.
        recorder: Receives every event.
        kept: By shot, the take that retaking chose.
    """

    def __init__(
        self, planned: Preview, recorder: Recorder, kept: Mapping[str, Kept] = MappingProxyType({})
    ) -> None:
        self._planned, self._recorder, self._kept = planned, recorder, kept
        self.spec, self.plan, self._folder = planned.spec, planned.plan, planned.spec.folder
        self._draft = describe_run(planned)
        # Clips are published without a film around them: only its size and rate matter.
        self._format = Film(self.plan.cut, (), self.plan.size, self.plan.fps)

    def begin(self) -> None:
        """Remove drafts of killed runs, check the machine, and write a run.json that is running."""
        self._planned.store.clear_drafts()
        deliver.remove_drafts(self._folder)
        self._check_resources()
        plan = self.plan
        title = plan.board.title or plan.board.path.stem
        num_waves = len(self._planned.waves.waves)
        self._recorder(events.RunStarted(title, len(plan.takes), num_waves, plan.cut.frames))
        for notice in plan.notices:
            self._recorder(events.Warned(notice))
        self._manifest("running", {}).write(self._folder)

    def _check_resources(self) -> None:
        """Raise before any work where disk, device or packages cannot do it."""
        plan = self.plan
        check_disk(plan, self._planned.jobs, self._folder)
        busy = {stage for stage, _ in self._planned.todo}
        if any(stage.network for stage in plan.stages if stage.name in busy):
            from storyboard.stages import tensors  # imports torch: only for runs with a network

            tensors.check_hardware(plan.settings.hardware)
            if "encode-text" in busy:
                tensors.import_text_encoder()

    def listen(self, event: Event) -> None:
        """Pass an event on, and publish a clip as soon as it is finished."""
        self._recorder(event)
        if isinstance(event, events.TakeFinished) and event.stage == self.plan.stages[-1].name:
            take = next(take for take in self.plan.takes if take.stem == event.take)
            store = self._planned.store
            clip = deliver.publish_take(self.plan, take, self._format, store, self._folder)
            self._recorder(events.ClipReady(take.stem, str(clip)))

    def with_board(self, board: ShotList, kept: Mapping[str, Kept]) -> Run:
        """Continue this run with other takes of some shots; what it rendered counts as rendered."""
        planned = preview(replace(self.spec, board=board), self._recorder)
        rendered = {take.stem for take in self._planned.waiting}
        last = planned.plan.stages[-1].name
        # Finished by this run already; without them these takes would count as cached.
        done = {(last, take) for take in planned.plan.takes if take.stem in rendered}
        planned = replace(planned, todo=planned.todo | done, before=self._planned.before)
        run = Run(planned, self._recorder, kept)
        run._draft = replace(run._draft, started=self._draft.started)
        run._check_resources()
        return run

    def scores(self) -> Scores:
        """Findings of every take that has a clip."""
        from storyboard.run.score import score_takes  # imports cv2

        return score_takes(self.plan, self._planned.store)

    def render(self, executor: Executor | None) -> dict[Take, str]:
        """Render what is missing; returns the errors of failed takes.

        The error of a chain is that of its first failed segment.
        """
        plan, planned = self.plan, self._planned
        workers = executor or LocalExecutor(self.listen)
        errors = render(plan.stages, planned.waves.waves, planned.store, workers, self.listen)
        record_speed(plan, self._recorder.events, planned.store.root)
        failures: dict[Take, str] = {}
        for take in plan.takes:
            segment = next((part for part in take.segments if part in errors), None)
            if segment is not None:
                number = f"clip {segment.segment} of {len(take.segments)}"
                failures[take] = f"{number}: {errors[segment]}"
            elif take in errors:
                failures[take] = errors[take]
        return failures

    def deliver(self, failures: Failures) -> Outcome:
        """Publish everything that is finished into the folder, and write run.json."""
        plan, folder, options = self.plan, self._folder, self.spec.options
        store, before = self._planned.store, self._planned.before
        for take in plan.takes:
            if store.holds(plan.final(take)):
                deliver.publish_take(plan, take, self._format, store, folder)
        film = deliver.plan_film(plan, store, failures, options.title_s)
        old = before.animatic if before else {}
        animatic: Mapping[str, object] = old
        if options.animatic:
            animatic = deliver.write_animatic(film, store, folder, old)
            if animatic != old:
                self._recorder(events.FileWritten(str(folder / deliver.ANIMATIC)))
        # Another film than the last one is a new version.
        version = before.version if before else 0
        version += animatic.get("key") != old.get("key")
        scores = self.scores() if options.score else None
        manifest = self._manifest("failed" if failures else "done", failures, scores)
        # A sheet that an earlier run wrote still shows the layouts.
        has_layouts = options.sheet or (before is not None and before.has_layouts)
        layouts = deliver.publish_layouts(plan, store, folder) if has_layouts else {}
        manifest = replace(
            manifest,
            takes=tuple(
                deliver.with_layout(entry, layouts.get(take.stem))
                for entry, take in zip(manifest.takes, plan.takes, strict=True)
            ),
            version=version,
            animatic=animatic,
            delivery={**self._draft.delivery, "title_frames": film.title_frames},
        )
        if options.burn_in and options.animatic:
            path = folder / deliver.REVIEW
            slates = [take.slate for take in plan.shown]
            texts = assembly.review_texts(
                film, f"{film.title} v{version:03}", manifest.started[:10], slates
            )
            assembly.write_review(film, folder / deliver.ANIMATIC, store, path, texts)
            self._recorder(events.FileWritten(str(path)))
        if options.sheet:
            self._recorder(
                events.FileWritten(str(deliver.write_contact_sheet(plan, manifest, folder)))
            )
        # run.json last: it describes only what is in the folder.
        deliver.remove_stale(before, manifest, folder)
        manifest.write(folder)
        self._report(manifest, scores)
        return Outcome(manifest, failures)

    @contextmanager
    def interruption_recorded(self) -> Iterator[None]:
        """Write the state of a run that ends early into run.json, and raise its error again."""
        try:
            yield
        except (KeyboardInterrupt, StoryboardError) as error:
            status = "interrupted" if isinstance(error, KeyboardInterrupt) else "stopped"
            # On a full disk this fails as well; the first error is the one to report.
            with suppress(ResourceError):
                self._manifest(status, {}).write(self._folder)
            raise

    def _manifest(self, status: str, failures: Failures, scores: Scores | None = None) -> Manifest:
        before, drift = self._planned.before, scores.drift if scores else ()
        return replace(
            self._draft,
            status=status,
            seconds=round(perf_counter() - self._recorder.began, 3),
            networks_loaded=self._recorder.networks_loaded(),
            takes=take_entries(self._planned, failures, scores),
            version=before.version if before else 0,
            animatic=before.animatic if before else {},
            drift=tuple({"scene": scene, **asdict(finding)} for scene, finding in drift),
            retakes={shot: kept.as_json() for shot, kept in self._kept.items()},
        )

    def _report(self, manifest: Manifest, scores: Scores | None) -> None:
        """Emit the findings of the takes in the cut, and the summary."""
        if scores is not None:
            for take in self.plan.shown:
                findings = scores.findings(take)
                if findings:
                    disagree = tuple(f.sentence for f in findings if f.verdict == "disagrees")
                    agree = sum(f.verdict == "agrees" for f in findings)
                    unclear = len(findings) - agree - len(disagree)
                    self._recorder(events.TakeScored(take.slate, agree, disagree, unclear))
            for scene, finding in scores.drift:
                if finding.verdict == "disagrees":
                    self._recorder(events.SceneDrifts(scene, finding.sentence))
            for shot, kept in self._kept.items():
                name = f"T{kept.take:02}"
                self._recorder(events.TakeKept(shot, name, len(kept.compared), kept.because))
        statuses = [entry.status for entry in manifest.takes]
        verdicts = manifest.verdicts
        self._recorder(
            events.RunFinished(
                rendered=statuses.count("rendered"),
                cached=statuses.count("cached"),
                failed=statuses.count("failed"),
                networks_loaded=manifest.networks_loaded,
                seconds=manifest.seconds,
                agrees=verdicts["agrees"],
                disagrees=verdicts["disagrees"],
                cannot_tell=verdicts["cannot tell"],
            )
        )
