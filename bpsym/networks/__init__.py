"""Network families: each is a function of a few lines that returns a program of indexed equations."""

from bpsym.networks.convolution import convolutional
from bpsym.networks.dense import dense
from bpsym.networks.equations import Layer, layer_names
from bpsym.networks.recurrent import recurrent

__all__ = ["Layer", "convolutional", "dense", "layer_names", "recurrent"]
