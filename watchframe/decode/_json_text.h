/* Texts as JSON writes them: where they end, and what their escapes say. */

#ifndef WATCHFRAME_JSON_TEXT_H
#define WATCHFRAME_JSON_TEXT_H

#include <Python.h>
#include <stdint.h>
#include <string.h>

typedef const uint8_t *Place;

/* Eight bytes at once: whether one of them is 0, or less than a bound of at most 128. */
#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))
#define HAS_ZERO(word) (((word)-EACH_BYTE(1)) & ~(word)&EACH_BYTE(0x80))
#define HAS_LESS(word, bound) (((word)-EACH_BYTE(bound)) & ~(word)&EACH_BYTE(0x80))

/* What a hexadecimal digit says, and one more, as nothing says 0. */
static const uint8_t hexadecimal[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

/* Give the end of the four digits behind `\u`; NULL where they are none. */
static inline Place end_of_unit(Place at, Place end, uint32_t *unit)
{
    uint32_t found = 0;
    if (end - at < 4)
        return NULL;
    for (int place = 0; place < 4; place++) {
        uint32_t digit = hexadecimal[at[place]];
        if (digit == 0)
            return NULL;
        found = found << 4 | (digit - 1);
    }
    *unit = found;
    return at + 4;
}

/* Give the end of the escape behind the backslash at `at`; NULL where it is none, or half a pair
 * of surrogates, which UTF-8 cannot have. */
static inline Place end_of_escape(Place at, Place end, uint32_t *letter)
{
    static const uint8_t letters[256] = {
        ['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
        ['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t',
    };
    uint32_t second;

    if (++at == end)
        return NULL;
    if (*at != 'u') {
        *letter = letters[*at];
        return *letter ? at + 1 : NULL;
    }
    at = end_of_unit(at + 1, end, letter);
    if (!at || *letter < 0xD800 || *letter > 0xDFFF)
        return at;
    if (*letter > 0xDBFF || end - at < 2 || at[0] != '\\' || at[1] != 'u')
        return NULL;
    at = end_of_unit(at + 2, end, &second);
    if (!at || second < 0xDC00 || second > 0xDFFF)
        return NULL;
    *letter = 0x10000 + ((*letter - 0xD800) << 10) + (second - 0xDC00);
    return at;
}

static inline int utf8_length(uint32_t letter)
{
    return letter < 0x80 ? 1 : letter < 0x800 ? 2 : letter < 0x10000 ? 3 : 4;
}

static inline void put_utf8(uint32_t letter, int length, uint8_t *out)
{
    static const uint8_t marks[] = {0, 0x00, 0xC0, 0xE0, 0xF0};
    for (int place = length - 1; place > 0; place--) {
        out[place] = (uint8_t)(0x80 | (letter & 0x3F));
        letter >>= 6;
    }
    out[0] = (uint8_t)(marks[length] | letter);
}

/* Whether a byte ends a run of plain ones in a text: a quote, a backslash, a control character. */
static inline int is_special(uint8_t byte) { return (byte == '"') | (byte == '\\') | (byte < 0x20); }

/* Give the first such byte from `at` on, or the end. */
static inline Place end_of_plain(Place at, Place end)
{
    if (at < end && is_special(*at))
        return at;
    while (end - at >= 8) {
        uint64_t word, special;
        memcpy(&word, at, 8);
        special = HAS_LESS(word, 0x20) | HAS_ZERO(word ^ EACH_BYTE('"')) |
                  HAS_ZERO(word ^ EACH_BYTE('\\'));
        if (special) {
#if defined(__GNUC__) && PY_LITTLE_ENDIAN && !defined(WATCHFRAME_PORTABLE)
            return at + (__builtin_ctzll(special) >> 3); /* the lowest mark is always a true one */
#else
            break;
#endif
        }
        at += 8;
    }
    while (at < end && !is_special(*at))
        at++;
    return at;
}

/* Give the closing quote of the text that begins at `at`, and how long it is without escapes;
 * NULL where it does not end, or is not as JSON has it. */
static inline Place end_of_text(Place at, Place end, Py_ssize_t *length)
{
    *length = 0;
    for (;;) {
        uint32_t letter;
        Place start = at;
        at = end_of_plain(at, end);
        *length += at - start;
        if (at == end || *at < 0x20)
            return NULL;
        if (*at == '"')
            return at;
        at = end_of_escape(at, end, &letter);
        if (!at)
            return NULL;
        *length += utf8_length(letter);
    }
}

#endif
