"""Mistakes people make in derivations: one file a rule, each of which generates the wrong step.

The same function names the mistake in a document, makes distractors for multiple choice, rejects homework whose right
and wrong answers look alike, and mutation-tests the verifier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.mistakes.backward import (
    activation_derivative_forgotten,
    activation_for_derivative,
    already_updated_weights,
    bias_gradient_times_input,
    components_added_up,
    derivative_at_net,
    derivative_at_out,
    derivative_incomplete,
    derivative_of_another_unit,
    derivative_twice,
    input_forgotten,
    only_one_path,
    outer_product_transposed,
    path_dropped,
    shared_bias_one_unit,
    shortcut_for_factor,
    softmax_diagonal_only,
    weight_for_input,
    weight_forgotten,
    wrong_activation_derivative,
    wrong_error_signal,
)
from bpsym.mistakes.forward import (
    activation_forgotten,
    bias_forgotten,
    exponent_sign,
    input_dropped,
    input_of_wrong_layer,
    inputs_swapped,
    kernel_flipped,
    net_for_out,
    softmax_not_normalised,
    weights_of_another_unit,
    weights_transposed,
    wrong_activation,
    wrong_bias,
    wrong_input_index,
    wrong_weight,
)
from bpsym.mistakes.loss import (
    decay_doubled,
    decay_forgotten,
    entropy_term_dropped,
    error_signal_sign,
    log_base_ten,
    loss_convention,
    loss_sign,
    mean_for_sum,
    output_left_out,
    square_forgotten,
    sum_for_mean,
    target_output_swapped,
    wrong_target,
)
from bpsym.mistakes.rule import Rule, Text, Wrong
from bpsym.mistakes.steps import numbers
from bpsym.mistakes.update import (
    gradient_ascent,
    learning_rate_forgotten,
    learning_rate_twice,
    not_updated,
    old_weight_forgotten,
    wrong_gradient,
    wrong_weight_updated,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.expand import Expansion, ScalarStep

__all__ = ["Rule", "Text", "Wrong", "rules", "wrongs"]

_RULES: tuple[Rule, ...] = (
    bias_forgotten.RULE,
    wrong_bias.RULE,
    input_dropped.RULE,
    inputs_swapped.RULE,
    wrong_input_index.RULE,
    input_of_wrong_layer.RULE,
    net_for_out.RULE,
    wrong_weight.RULE,
    weights_of_another_unit.RULE,
    weights_transposed.RULE,
    kernel_flipped.RULE,
    activation_forgotten.RULE,
    wrong_activation.RULE,
    exponent_sign.RULE,
    softmax_not_normalised.RULE,
    loss_convention.RULE,
    square_forgotten.RULE,
    target_output_swapped.RULE,
    wrong_target.RULE,
    log_base_ten.RULE,
    entropy_term_dropped.RULE,
    loss_sign.RULE,
    output_left_out.RULE,
    error_signal_sign.RULE,
    sum_for_mean.RULE,
    mean_for_sum.RULE,
    decay_forgotten.RULE,
    decay_doubled.RULE,
    activation_derivative_forgotten.RULE,
    derivative_at_net.RULE,
    derivative_at_out.RULE,
    wrong_activation_derivative.RULE,
    activation_for_derivative.RULE,
    derivative_incomplete.RULE,
    derivative_twice.RULE,
    derivative_of_another_unit.RULE,
    shortcut_for_factor.RULE,
    softmax_diagonal_only.RULE,
    path_dropped.RULE,
    only_one_path.RULE,
    weight_forgotten.RULE,
    already_updated_weights.RULE,
    wrong_error_signal.RULE,
    input_forgotten.RULE,
    weight_for_input.RULE,
    outer_product_transposed.RULE,
    bias_gradient_times_input.RULE,
    shared_bias_one_unit.RULE,
    components_added_up.RULE,
    gradient_ascent.RULE,
    learning_rate_forgotten.RULE,
    learning_rate_twice.RULE,
    old_weight_forgotten.RULE,
    not_updated.RULE,
    wrong_gradient.RULE,
    wrong_weight_updated.RULE,
)


def rules() -> tuple[Rule, ...]:
    """Every rule, in the order of a derivation: forward, loss, backward, update."""
    return _RULES


def wrongs(expansion: Expansion, step: ScalarStep) -> Iterator[tuple[Rule, Wrong]]:
    """Every way to get a step wrong whose formula differs from the right one."""
    right = {numbers(expansion, expr) for expr in (step.expr, step.simplest)}
    for rule in rules():
        for wrong in rule.wrong(expansion, step):
            if numbers(expansion, wrong.expr) not in right:
                yield rule, wrong
