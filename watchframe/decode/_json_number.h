/* Numbers as JSON writes them: where they end, and what an integer says. */

#ifndef WATCHFRAME_JSON_NUMBER_H
#define WATCHFRAME_JSON_NUMBER_H

#include <Python.h>
#include <stdint.h>

typedef const uint8_t *Place;

/* From here on a float cannot tell neighbouring integers apart. */
#define EXACT_IN_FLOAT ((uint64_t)1 << 53)
#define MOST_DIGITS 19 /* of a number that is sure to fit in 64 bits without a sign */

static inline int is_digit(uint8_t byte) { return (uint8_t)(byte - '0') < 10; }

typedef struct {
    int is_negative;
    Py_ssize_t digits;
    uint64_t magnitude; /* right for up to MOST_DIGITS digits */
} Integer;

/* Give the end of an integer as JSON writes it; NULL where there is none. */
static inline Place end_of_integer(Place at, Place end, Integer *found)
{
    found->is_negative = at < end && *at == '-';
    at += found->is_negative;
    Place start = at;
    uint64_t magnitude = 0;
    for (; at < end && is_digit(*at); at++)
        magnitude = magnitude * 10 + (uint64_t)(*at - '0');
    found->digits = at - start;
    found->magnitude = magnitude;
    if (found->digits == 0 || (found->digits > 1 && *start == '0'))
        return NULL;
    return at;
}

static inline Place end_of_digits(Place at, Place end)
{
    Place start = at;
    while (at < end && is_digit(*at))
        at++;
    return at > start ? at : NULL;
}

/* Give the end of a number that a float holds exactly, or as nearly as it can where it has a
 * fraction or an exponent; NULL where there is none. */
static inline Place end_of_float(Place at, Place end)
{
    Integer whole;
    int is_integer = 1;
    at = end_of_integer(at, end, &whole);
    if (at && at < end && *at == '.') {
        is_integer = 0;
        at = end_of_digits(at + 1, end);
    }
    if (at && at < end && (*at | 0x20) == 'e') {
        is_integer = 0;
        at++;
        if (at < end && (*at == '+' || *at == '-'))
            at++;
        at = end_of_digits(at, end);
    }
    if (at && is_integer &&
        (whole.digits > MOST_DIGITS || whole.magnitude >= EXACT_IN_FLOAT ||
         (whole.is_negative && whole.magnitude == 0))) /* the integer -0 is 0, the float is not */
        return NULL;
    return at;
}

#endif
