"""The compiled samplers as a `Chooser`: rows shared out among the threads of a team."""

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from novelgen.modeling.choosing import Choice, ChoiceRules
from novelgen.modeling.fused.sampling import choose_rows, settings_of
from novelgen.modeling.fused.team import ThreadTeam


class CompiledChooser:
    """A `Chooser` for logits in the processor's memory."""

    def __init__(self, rules: ChoiceRules, team: ThreadTeam) -> None:
        self._team, self._settings = team, settings_of(rules.sampling)
        self._min_new_tokens = rules.min_new_tokens
        self._forbidden = rules.forbidden
        self._forbidden_or_end = rules.forbidden | rules.ends
        num_rows, room = rules.uniforms.shape
        self._uniforms, self._num_seen = rules.uniforms, len(rules.seen)
        self._marks = rules.marks
        # Not looked at while XTC is off.
        given = rules.xtc_uniforms
        self._xtc_uniforms = rules.uniforms if given is None else given
        self._seen = np.empty((num_rows, self._num_seen + room), np.int64)
        self._seen[:, : self._num_seen] = rules.seen
        self._size = len(rules.forbidden)
        self._scores = np.empty((num_rows, self._size), np.float32)
        self._values = np.empty_like(self._scores)
        self._places = np.empty((num_rows, self._size), np.int32)
        self._tokens = np.empty(num_rows, np.int64)
        self._logprobs = np.empty(num_rows, np.float32)

    def choose(self, logits: Tensor, position: int) -> Choice:
        must_go_on = position < self._min_new_tokens
        num_rows = len(self._uniforms)
        tokens, logprobs = self._tokens[:num_rows], self._logprobs[:num_rows]
        self._team.run(
            choose_rows,
            self._settings,
            logits.numpy(),
            self._size,
            self._forbidden_or_end if must_go_on else self._forbidden,
            self._seen,
            self._num_seen,
            self._uniforms[:, position].copy(),
            self._xtc_uniforms[:, position].copy(),
            self._marks.breaks,
            self._marks.exempt,
            self._marks.kept,
            self._scores,
            self._values,
            self._places,
            tokens,
            logprobs,
        )
        self._seen[:, self._num_seen] = tokens
        self._num_seen += 1
        chosen = tokens.tolist(), logprobs.tolist()
        return Choice(chosen[0], lambda: chosen)

    def keep(self, rows: Sequence[int]) -> None:
        self._seen, self._uniforms = self._seen[rows], self._uniforms[rows]
        self._xtc_uniforms = self._xtc_uniforms[rows]
