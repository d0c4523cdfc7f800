"""What is read of a page, and how its output is compared."""

from __future__ import annotations

import pytest

from tests.integration.docs.pages import blocks_of, fits

PAGE = """
<!-- before:
a = 1
-->

```python
print(a)
```

```text
1
```

- in a list

  ```sh
  watchframe queries
  ```

```console
$ never
```
"""


def test_blocks_have_what_stands_with_them():
    first, second = blocks_of(PAGE)
    assert (first.language, first.source, first.printed) == ("python", "print(a)\n", "1\n")
    assert (first.before, first.line) == (["a = 1"], 6)
    assert (second.language, second.source) == ("sh", "watchframe queries\n")
    assert (second.before, second.printed) == ([], None)


def test_text_that_nothing_prints_is_refused():
    with pytest.raises(ValueError, match="line 1: the text follows no block"):
        blocks_of("```text\n1\n```\n")
    with pytest.raises(ValueError, match="no block follows"):
        blocks_of("<!-- before: a = 1 -->\n")


def test_address_and_key_are_replaced_where_they_are_values():
    source = 'connect("https://app.inverse.watch", "KEY")  # KEY_OF\nurl = "x?api_key=KEY"\n'
    (block,) = blocks_of(f"```python\n{source}```\n")
    assert block.for_server("http://here", "abc") == (
        'connect("http://here", "abc")  # KEY_OF\nurl = "x?api_key=abc"\n'
    )


@pytest.mark.parametrize(
    ("expected", "shown", "as_part", "is_fitting"),
    [
        ("a  \nb", "a\nb\n", False, True),
        ("a", "a\nb", False, False),
        ("a ... c", "a b\nb c", False, True),
        ("b", "a\nb\nc", True, True),
        ("b", "a\nbb\nc", True, False),
        ("1.5", "1x5", False, False),
    ],
)
def test_output_is_compared(expected, shown, as_part, is_fitting):
    assert fits(expected, shown, as_part=as_part) is is_fitting
