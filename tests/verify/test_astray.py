"""After an error what does not come from it is judged as sharply as before, and what does is carried."""

from __future__ import annotations

from transcripts import found, verified

NOTES = """
x₁ = 3, x₂ = 1, y = 0
w₁⁽²⁾ = 0.7, w₂⁽²⁾ = −0.8
a₁⁽¹⁾ = 0.5498
a₂⁽¹⁾ = 0.5250
δ⁽²⁾ = 0.4415

δ₁⁽¹⁾ = δ⁽²⁾·w₁⁽²⁾·a₁⁽¹⁾(1 − a₁⁽¹⁾) = 0.4415×0.7×0.5498×0.4502 = 0.0675
δ₂⁽¹⁾ = δ⁽²⁾·w₂⁽²⁾·a₂⁽¹⁾(1 − a₂⁽¹⁾) = 0.4415×(−0.8)×0.5250×0.4750 = −0.0881

∂J/∂w₁₁⁽¹⁾ = δ₁⁽¹⁾·x₁ = 0.2025
∂J/∂w₂₁⁽¹⁾ = δ₂⁽¹⁾·x₁ = −0.2643
∂J/∂w₂₂⁽¹⁾ = δ₂⁽¹⁾·x₂ = −0.0881
"""  # 0.4415 · 0.7 · 0.5498 · 0.4502 is 0.0765: two digits swapped


def test_what_follows_from_an_error_is_carried() -> None:
    """0.0675 · 3 is 0.2025, of a δ in error; the other δ and what comes of it is right."""
    judged = verified(NOTES)
    assert [piece for _, piece, _ in found(judged, "wrong")] == ["0.0675"]
    assert [piece for _, piece, _ in found(judged, "carried")] == ["0.2025"]


def test_a_second_error_that_has_nothing_to_do_with_the_first() -> None:
    """−0.0881 · 1 has a minus sign, whatever was wrong before."""
    slip = NOTES.replace("x₂ = −0.0881", "x₂ = 0.0881")
    assert [piece for _, piece, _ in found(verified(slip), "wrong")] == ["0.0675", "0.0881"]
