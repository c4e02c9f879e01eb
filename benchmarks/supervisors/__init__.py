"""Random trees and failures, run by the runtime and by a small model of OTP's rules."""

from __future__ import annotations

from .run import run_supervisors

__all__ = ["run_supervisors"]
