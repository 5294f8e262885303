"""Expectations of a step: regular expressions in which `${PARAMETER}` stands for that parameter's literal value."""

import re
import warnings
from collections.abc import Mapping

_PARAMETER = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")


def pattern_parameters(pattern: str) -> list[str]:
    """The parameters that `pattern` names, in order."""
    return _PARAMETER.findall(pattern)


def compile_pattern(pattern: str, parameters: Mapping[str, str]) -> re.Pattern[str]:
    """`pattern` with its parameters put in, escaped; `^` and `$` match at each line. Raises re.error and KeyError."""
    return re.compile(_PARAMETER.sub(lambda match: re.escape(parameters[match[1]]), pattern), re.MULTILINE)


def check_pattern(pattern: str) -> str | None:
    """Why `pattern` is no regular expression; None when it is one."""
    try:
        with warnings.catch_warnings():
            # What Python only warns about ("possible nested set") is not what its writer meant.
            warnings.simplefilter("error")
            re.compile(_PARAMETER.sub("x", pattern))
    except (re.error, OverflowError, RecursionError, Warning) as error:
        return str(error)
    return None
