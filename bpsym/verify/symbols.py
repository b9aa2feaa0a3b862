"""The vocabulary of written mathematics: which command, sign or word stands for what.

Tables only; the lexer looks things up here.  To teach the reader a new spelling, add a row.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

GREEK: Final = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ϵ": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "ϑ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi",
    "ρ": "rho", "σ": "sigma", "ς": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "ϕ": "phi", "χ": "chi", "ψ": "psi",
    "ω": "omega", "Γ": "Gamma", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
    "ℓ": "l", "µ": "mu",
}  # fmt: skip

GREEK_WORDS: Final = frozenset(GREEK.values()) - {"l", "pi", "Pi", "mu", "nu", "xi", "chi", "tau"}

# LaTeX commands that are one token: command -> (kind, text)
COMMANDS: Final[dict[str, tuple[str, str]]] = {
    **{name: ("word", name) for name in GREEK.values()},
    "varepsilon": ("word", "epsilon"), "vartheta": ("word", "theta"), "varphi": ("word", "phi"),
    "varsigma": ("word", "sigma"), "varrho": ("word", "rho"), "Sigma": ("word", "Sigma"), "ell": ("word", "l"),
    "infty": ("word", "infinity"), "top": ("word", "T"), "intercal": ("word", "T"),
    "log": ("word", "log"), "ln": ("word", "ln"), "lg": ("word", "lg"), "exp": ("word", "exp"), "max": ("word", "max"),
    "min": ("word", "min"), "tanh": ("word", "tanh"), "sinh": ("word", "sinh"), "cosh": ("word", "cosh"),
    "sin": ("word", "sin"), "cos": ("word", "cos"), "tan": ("word", "tan"), "arctan": ("word", "arctan"),
    "arg": ("word", "arg"),
    "cdot": ("operator", "·"), "cdotp": ("operator", "·"), "centerdot": ("operator", "·"), "times": ("operator", "×"),
    "circledast": ("operator", "*"),
    "ast": ("operator", "*"), "star": ("operator", "*"), "odot": ("operator", "⊙"), "circ": ("operator", "⊙"),
    "bigodot": ("operator", "⊙"), "bullet": ("operator", "•"), "otimes": ("operator", "⊗"),
    "bigotimes": ("operator", "⊗"), "div": ("operator", "/"), "pm": ("operator", "±"), "over": ("over", "over"),
    "oplus": ("operator", "+"),
    "partial": ("diff", "∂"), "nabla": ("diff", "∇"), "bigtriangledown": ("diff", "∇"), "Delta": ("diff", "Δ"),
    "triangledown": ("diff", "∇"), "triangle": ("diff", "Δ"), "bigtriangleup": ("diff", "Δ"),
    "approx": ("relation", "≈"), "approxeq": ("relation", "≈"), "simeq": ("relation", "≈"), "sim": ("relation", "~"),
    "cong": ("relation", "≈"), "doteq": ("relation", "≈"), "equiv": ("relation", "="), "eq": ("relation", "="),
    "triangleq": ("relation", ":="), "coloneqq": ("relation", ":="), "le": ("relation", "≤"), "leq": ("relation", "≤"),
    "leqslant": ("relation", "≤"), "ge": ("relation", "≥"), "geq": ("relation", "≥"), "geqslant": ("relation", "≥"),
    "lt": ("relation", "<"), "gt": ("relation", ">"), "ne": ("relation", "≠"), "neq": ("relation", "≠"),
    "in": ("relation", "∈"), "propto": ("relation", "∝"), "to": ("relation", "→"), "rightarrow": ("relation", "→"),
    "longrightarrow": ("relation", "→"), "mapsto": ("implies", "⇒"), "gets": ("relation", "←"),
    "leftarrow": ("relation", "←"), "longleftarrow": ("relation", "←"),
    "Rightarrow": ("implies", "⇒"), "implies": ("implies", "⇒"), "Longrightarrow": ("implies", "⇒"),
    "Leftrightarrow": ("implies", "⇒"), "iff": ("implies", "⇒"), "therefore": ("implies", "∴"),
    "because": ("implies", "∵"), "downarrow": ("implies", "↓"), "Downarrow": ("implies", "↓"),
    "land": ("implies", ","), "wedge": ("implies", ","), "mid": ("bar", "|"), "vert": ("bar", "|"),
    "lvert": ("bar", "|"),
    "rvert": ("bar", "|"), "Vert": ("bar", "‖"), "lVert": ("bar", "‖"), "rVert": ("bar", "‖"), "parallel": ("bar", "‖"),
    "sum": ("big", "Σ"), "prod": ("big", "Π"),
    "dots": ("dots", "…"), "ldots": ("dots", "…"), "cdots": ("dots", "…"), "vdots": ("dots", "…"),
    "ddots": ("dots", "…"), "dotsc": ("dots", "…"), "dotsb": ("dots", "…"),
    "prime": ("prime", "'"), "lbrace": ("open", "{"), "rbrace": ("close", "}"), "lbrack": ("open", "["),
    "rbrack": ("close", "]"), "lfloor": ("open", "⌊"), "rfloor": ("close", "⌋"), "lceil": ("open", "⌈"),
    "rceil": ("close", "⌉"), "langle": ("open", "("), "rangle": ("close", ")"),
    "colon": ("colon", ":"), "quad": ("space", ""), "qquad": ("space", ""), "newline": ("row", ""), "cr": ("row", ""),
    "frac": ("frac", ""), "dfrac": ("frac", ""), "tfrac": ("frac", ""), "cfrac": ("frac", ""), "sqrt": ("sqrt", ""),
    "hat": ("accent", "hat"), "widehat": ("accent", "hat"), "bar": ("accent", "bar"), "overline": ("accent", "bar"),
    "tilde": ("accent", "tilde"), "dot": ("accent", "dot"), "ddot": ("accent", "dot"), "check": ("accent", "check"),
    "widetilde": ("accent", "tilde"), "vec": ("accent", "vec"),
    "underbrace": ("brace", "under"), "overbrace": ("brace", "over"), "underset": ("set", "under"),
    "overset": ("set", "over"), "stackrel": ("set", "over"), "forall": ("note", "for all"),
}  # fmt: skip

# Commands that leave nothing, whatever follows them.
DROPPED: Final = frozenset(
    "left right big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr bigm middle displaystyle "
    "textstyle scriptstyle "
    "limits nolimits nonumber notag inline rm bf it sf cal mathbf boldsymbol bm mathcal mathbb pmb "
    "mathscr mathfrak bold "
    "boxed fbox small large Large normalsize tiny huge mathop mathrel mathbin mathstrut hline noindent "
    "centering displaylimits "
    "smash strut substack allowbreak enspace thinspace negthinspace medspace thickspace space nobreak "
    "mathord mathopen "
    "mathclose vphantom cssId class".split(),
)
# Commands whose first argument is layout and leaves nothing.
DROPPED_WITH_ARGUMENT: Final = frozenset(
    "label dpi color textcolor colorbox hspace vspace phantom hphantom mspace bgcolor gls ref eqref cite "
    "require href "
    "kern hskip vskip fontsize".split(),
)
# Commands whose argument is words, or a name set upright.
TEXTUAL: Final = frozenset(
    "text mathrm operatorname textrm textbf textit texttt mathit mathsf mathtt mbox hbox textnormal "
    "textsf emph textup "
    "operatorname* DeclareMathOperator rmfamily".split(),
)

LAYOUT_ENVIRONMENTS: Final = frozenset(
    "align align* aligned alignat alignat* alignedat gather gather* gathered split equation equation* "
    "eqnarray eqnarray* "
    "multline multline* flalign flalign* displaymath math subequations dmath dmath* empheq numcases".split(),
)
MATRIX_ENVIRONMENTS: Final = frozenset(
    "matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix smallmatrix psmallmatrix bsmallmatrix array matrix* "
    "pmatrix* bmatrix* "
    "tabular".split(),
)
CASE_ENVIRONMENTS: Final = frozenset(["cases", "dcases", "rcases", "cases*"])

# Signs that are one token by themselves.
SIGNS: Final[dict[str, tuple[str, str]]] = {
    "+": ("operator", "+"), "-": ("operator", "-"), "*": ("operator", "*"), "×": ("operator", "×"),
    "·": ("operator", "·"), "•": ("operator", "•"), "⊙": ("operator", "⊙"), "∘": ("operator", "⊙"),
    "@": ("operator", "@"), "⊗": ("operator", "⊗"), "/": ("operator", "/"), "÷": ("operator", "/"),
    "±": ("operator", "±"),
    "=": ("relation", "="), "≈": ("relation", "≈"), "≡": ("relation", "="), "≃": ("relation", "≈"),
    "≅": ("relation", "≈"),
    "≒": ("relation", "≈"), "<": ("relation", "<"), ">": ("relation", ">"), "≤": ("relation", "≤"),
    "≥": ("relation", "≥"),
    "≦": ("relation", "≤"), "≧": ("relation", "≥"), "≠": ("relation", "≠"), "∈": ("relation", "∈"),
    "∝": ("relation", "∝"),
    "→": ("relation", "→"), "⟶": ("relation", "→"), "➜": ("relation", "→"), "➔": ("relation", "→"),
    "←": ("relation", "←"),
    "⟵": ("relation", "←"), "~": ("relation", "~"),
    "⇒": ("implies", "⇒"), "⟹": ("implies", "⇒"), "⇔": ("implies", "⇒"), "∴": ("implies", "∴"), "∵": ("implies", "∵"),
    "↓": ("implies", "↓"), "⇓": ("implies", "↓"), "⇥": ("space", ""),
    "∂": ("diff", "∂"), "𝜕": ("diff", "∂"), "∇": ("diff", "∇"), "▽": ("diff", "∇"), "Δ": ("diff", "Δ"),
    "∆": ("diff", "Δ"),
    "△": ("diff", "Δ"), "∑": ("big", "Σ"), "Σ": ("big", "Σ"), "∏": ("big", "Π"),
    "√": ("sqrt", ""), "∞": ("word", "infinity"),
    "(": ("open", "("), "[": ("open", "["), ")": ("close", ")"), "]": ("close", "]"), "|": ("bar", "|"),
    "‖": ("bar", "‖"),
    "∥": ("bar", "‖"), "{": ("begin-group", "{"), "}": ("end-group", "}"), "_": ("sub", "_"), "^": ("sup", "^"),
    "'": ("prime", "'"), "′": ("prime", "'"), "″": ("prime", "''"),
    ",": ("separator", ","), ";": ("separator", ";"), ":": ("colon", ":"), "&": ("amp", "&"), "…": ("dots", "…"),
    "⋯": ("dots", "…"),
    "⋮": ("dots", "…"), "⋱": ("dots", "…"), "$": ("space", ""), "!": ("space", ""), "。": ("separator", ";"),
    "%": ("unknown", "%"),
    ".": ("dot", "."), "#": ("unknown", "#"), "?": ("unknown", "?"), '"': ("space", ""), "`": ("space", ""),
}  # fmt: skip

# Words of AsciiMath and of plain text that are signs.
SIGN_WORDS: Final[dict[str, tuple[str, str]]] = {
    "del": ("diff", "∂"), "grad": ("diff", "∇"), "partial": ("diff", "∂"), "nabla": ("diff", "∇"),
    "Delta": ("diff", "Δ"),
    "sum": ("big", "Σ"), "Sum": ("big", "Σ"), "prod": ("big", "Π"), "xx": ("operator", "×"), "cdot": ("operator", "·"),
    "times": ("operator", "×"), "odot": ("operator", "⊙"), "vdots": ("dots", "…"), "cdots": ("dots", "…"),
    "ddots": ("dots", "…"), "ldots": ("dots", "…"), "dots": ("dots", "…"),
}  # fmt: skip

# Spellings of functions, and the one name the tree uses.
FUNCTIONS: Final[dict[str, str]] = {
    "sigmoid": "sigmoid", "Sigmoid": "sigmoid", "SIGMOID": "sigmoid", "sigm": "sigmoid", "sig": "sigmoid",
    "sigmoïde": "sigmoid", "sigmoide": "sigmoid", "Sigmoïde": "sigmoid", "Sigmoide": "sigmoid",
    "logistic": "sigmoid", "Logistic": "sigmoid", "expit": "sigmoid",
    "relu": "relu", "ReLU": "relu", "Relu": "relu", "RELU": "relu", "ReLu": "relu",
    "LeakyReLU": "leaky_relu", "leakyReLU": "leaky_relu",
    "tanh": "tanh", "Tanh": "tanh", "TanH": "tanh", "th": "tanh", "softmax": "softmax",
    "Softmax": "softmax", "SoftMax": "softmax",
    "softplus": "softplus", "Softplus": "softplus", "exp": "exp", "Exp": "exp", "log": "log", "Log": "log", "ln": "ln",
    "lg": "lg", "sqrt": "sqrt", "max": "max", "Max": "max", "min": "min", "mean": "mean", "Mean": "mean", "avg": "mean",
    "erf": "erf", "Erf": "erf", "elu": "elu", "ELU": "elu", "gelu": "gelu", "GELU": "gelu", "silu": "silu",
    "SiLU": "silu", "swish": "silu", "Swish": "silu",
    "diag": "diag", "sinh": "sinh", "cosh": "cosh", "sin": "sin", "cos": "cos", "tan": "tan", "arctan": "atan",
    "atan": "atan", "abs": "abs",
    "sum": "sum",
    "sign": "sign", "sgn": "sign", "step": "step", "dot": "dot",
    "EXP": "exp", "LN": "ln", "TANH": "tanh", "SQRT": "sqrt", "MAX": "max", "ABS": "abs",
}  # fmt: skip

INVERSES: Final = {"tan": "atan"}  # `\\tan^{-1}(x)` is no 1/tan x

# Letters that name an activation function wherever a parenthesis follows.
FUNCTION_LETTERS: Final = frozenset(["f", "g", "sigma", "phi", "psi", "Sigma", "Phi", "Psi"])

# Activation functions by name: with a subscript and no argument, quantities called after them.
ACTIVATIONS: Final = frozenset(["sigmoid", "relu", "tanh", "softmax"])

# Functions that nobody multiplies: they take the next factor without a parenthesis (`\log a_2`).
PREFIX_FUNCTIONS: Final = frozenset(
    "log ln lg exp tanh sigmoid relu softmax sin cos tan atan sinh cosh sqrt erf".split(),
)

# Words written as one name inside formulas.  Others of three letters and more are names too; of two letters, products.
WORDS: Final = frozenset(
    "net Net NET out Out OUT in In target Target output Output input Input total Total loss Loss LOSS "
    "MSE mse SSE BCE CE error "
    "Error err Err lr new old New Old nuevo cost Cost label true pred hidden bias Bias weight update sum "
    "hid ideal actual "
    "expected desired predicted act grad Grad nuevo neu alt prev next current learning rate "
    "rectified sensitivity".split(),
) | frozenset(FUNCTIONS)

# Words that OCR sets letter by letter (`n e t_{h 1}`).
SPACED_WORDS: Final = tuple(
    sorted(
        "net out target total output input loss Loss new old error MSE sigmoid max exp log tanh hidden pred true label "
        "bias".split(),
        key=len,
        reverse=True,
    ),
)

# Subscripts and superscripts that say which version of a value is meant.
MARK_WORDS: Final = {
    "new": "new", "New": "new", "NEW": "new", "nuevo": "new", "neu": "new", "updated": "new", "update": "new",
    "next": "new",
    "新": "new", "更新": "new", "新的": "new", "after": "new", "old": "old", "Old": "old", "OLD": "old", "alt": "old",
    "旧": "old", "原": "old", "prev": "old", "before": "old", "viejo": "old",
}  # fmt: skip

# Words between formulas.
CONNECTIVES: Final = frozenset(
    "if otherwise where and for so then or when else with is since because thus hence therefore given "
    "let are the as at we get "
    "similarly also while of to by from that which this gives i.e. e.g. wrt all but not be has into on "
    "an hidden layer et".split(),
) - {"hidden"}

# Names that take a unit in parentheses: `out(h1)`, `E(total)`.
UNIT_NAMES: Final = frozenset("net Net out Out E e in In target Target error Error err delta z a o".split())
UNIT: Final = re.compile(r"[hoHOi]\d{1,3}|total")  # what stands behind them

CIRCLED: Final = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"

SUBSCRIPTS: Final = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "0123456789+-=()aehijklmnoprstuvx", strict=True))
SUPERSCRIPTS: Final = dict(
    zip(
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵀᴸᴺᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ",
        "0123456789+-=()TLNabcdefghijklmnoprstuvwxyz",
        strict=True,
    ),
)

# Accents as combining characters, and fractions that are one character.
ACCENTS: Final = {
    "\u0302": "hat",
    "\u0304": "bar",
    "\u0303": "tilde",
    "\u0305": "bar",
    "\u20d7": "vec",
    "\u0307": "dot",
}
FRACTIONS: Final = {"½": (1, 2), "¼": (1, 4), "¾": (3, 4), "⅓": (1, 3), "⅔": (2, 3), "⅕": (1, 5), "⅛": (1, 8)}


def _one_for_one() -> dict[int, str]:
    """Characters that mean the same as one ASCII character or sign, so that lengths and spans stay."""
    table = {
        "−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "﹣": "-", "∗": "*", "⋆": "*", "⁎": "*", "✕": "×", "✖": "×",
        "⨯": "×", "⨉": "×",
        "⋅": "·", "∙": "•", "●": "•", "・": "·", "◦": "∘", "○": "∘", "⨀": "⊙", "☉": "⊙", "’": "'", "‘": "'", "´": "'",
        "ʹ": "'",
        "、": ",", "，": ",", "；": ";", "：": ":", "＝": "=", "﹦": "=", "∶": ":", "〜": "~", "∼": "~", "～": "~",
        "˜": "~",
        "\u00a0": " ", "\u2002": " ", "\u2003": " ", "\u2009": " ", "\u202f": " ", "\u3000": " ", "\u2005": " ",
        "\u2006": " ",
        "\u200b": "\u200b", "\u200c": "\u200b", "\u200d": "\u200b", "\ufeff": "\u200b", "\u2060": "\u200b",
        "\u2061": "\u200b",
        "\u2062": "\u200b", "\u200e": "\u200b", "\u200f": "\u200b", "\u00ad": "\u200b",
        "✓": "\u200b", "✔": "\u200b", "✅": "\u200b", "☑": "\u200b", "\ufe0f": "\u200b",  # ticked off
        "∕": "/", "⁄": "/", "【": "[", "】": "]", "〔": "[", "〕": "]", "⟨": "(", "⟩": ")", "ı": "i",
        "𝜕": "∂", "𝛁": "∇", "𝛛": "∂", "𝜵": "∇", "𝟃": "∂", "ϵ": "ε", "ϕ": "φ", "ϑ": "θ", "ℒ": "L", "ℰ": "E", "ℎ": "h",
        "ℝ": "R",
        "𝓛": "L", "ℯ": "e", "∪": "∪",
    }  # fmt: skip
    for code in (*range(0xFF01, 0xFF5F), *range(0x1D400, 0x1D800)):
        plain = unicodedata.normalize("NFKC", chr(code))
        if len(plain) == 1 and chr(code) not in table:
            table[chr(code)] = plain
    return {ord(written): plain for written, plain in table.items()}


ONE_FOR_ONE: Final = _one_for_one()
