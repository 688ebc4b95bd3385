"""The version of codered."""

VERSION = "0.1.0"
