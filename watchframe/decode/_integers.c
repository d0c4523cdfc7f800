/*
 * Python's integers from their digits: sixteen of them at a time into limbs of 64 bits, and the
 * limbs into integers. That takes less than half of what Python's own way takes for a uint256.
 *
 * Python's limited interface has no function that makes a large integer of bytes, and to call
 * `int.from_bytes` for each takes longer than all that is done here. Pickles hold integers as bytes
 * too: the integers are written as the pickle of a list, which Python then loads in one call.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

#include "_json_number.h"

/* Limbs of 64 bits, and how many digits, with a sign, are sure to fit in them. */
enum { MOST_LIMBS = 5, MOST_LIMB_DIGITS = 96 };
#define EIGHT_PLACES UINT64_C(100000000)
#define SIXTEEN_PLACES (EIGHT_PLACES * EIGHT_PLACES)

/* Operations of a pickle: https://github.com/python/cpython/blob/main/Lib/pickletools.py */
enum { PROTOCOL = 0x80, LIST = ']', MARK = '(', NONE = 'N', LONG = 0x8A, APPEND = 'e', STOP = '.' };
/* Bytes of a pickle without integers, and of the largest integer: operation, size, limbs, sign. */
enum { FRAME_BYTES = 6, MOST_INTEGER_BYTES = 2 + 8 * MOST_LIMBS + 1 };

/* Give the lower half of a product, and keep the upper one. */
static inline uint64_t product(uint64_t one, uint64_t other, uint64_t *upper)
{
#if defined(__SIZEOF_INT128__) && !defined(WATCHFRAME_PORTABLE)
    __extension__ typedef unsigned __int128 Both;
    Both both = (Both)one * other;
    *upper = (uint64_t)(both >> 64);
    return (uint64_t)both;
#else
    uint64_t low = (one & UINT32_MAX) * (other & UINT32_MAX);
    uint64_t left = (one >> 32) * (other & UINT32_MAX) + (low >> 32);
    uint64_t right = (one & UINT32_MAX) * (other >> 32) + (left & UINT32_MAX);
    *upper = (one >> 32) * (other >> 32) + (left >> 32) + (right >> 32);
    return right << 32 | (low & UINT32_MAX);
#endif
}

/* Put sixteen digits behind those that the limbs hold; give how many limbs are in use. */
static inline int put_behind(uint64_t *limbs, int used, uint64_t digits)
{
    for (int limb = 0; limb < used; limb++) {
        uint64_t upper, lower = product(limbs[limb], SIXTEEN_PLACES, &upper);
        limbs[limb] = lower + digits;
        digits = upper + (limbs[limb] < lower);
    }
    if (digits)
        limbs[used++] = digits;
    return used;
}

/* Eight bytes as a number, the first of them the lowest. */
static inline uint64_t take_word(Place at)
{
    uint64_t word = 0;
#if PY_LITTLE_ENDIAN && !defined(WATCHFRAME_PORTABLE)
    memcpy(&word, at, 8);
#else
    for (int place = 0; place < 8; place++)
        word |= (uint64_t)at[place] << (8 * place);
#endif
    return word;
}

static inline void put_word(uint64_t word, uint8_t *out)
{
#if PY_LITTLE_ENDIAN && !defined(WATCHFRAME_PORTABLE)
    memcpy(out, &word, 8);
#else
    for (int place = 0; place < 8; place++)
        out[place] = (uint8_t)(word >> (8 * place));
#endif
}

/* Give what eight digits say, all at once: pairs of them, then fours, then all. Set bits of `wrong`
 * where a byte is no digit. */
static inline uint64_t eight_digits(Place at, uint64_t *wrong)
{
    uint64_t word = take_word(at), above = word + UINT64_C(0x4646464646464646);
    word -= UINT64_C(0x3030303030303030);
    *wrong |= (above | word) & UINT64_C(0x8080808080808080);
    word = (word * 10 + (word >> 8)) & UINT64_C(0x00FF00FF00FF00FF);
    word = (word * 100 + (word >> 16)) & UINT64_C(0x0000FFFF0000FFFF);
    return (word * 10000 + (word >> 32)) & UINT32_MAX;
}

/* Write limbs as pickles have them, as the complement of two; give where they end. */
static uint8_t *put_limbs(const uint64_t *limbs, int used, int is_negative, uint8_t *out)
{
    uint64_t mask = is_negative ? UINT64_MAX : 0, carry = (uint64_t)is_negative;
    *out++ = LONG;
    *out++ = (uint8_t)(used * 8 + 1);
    for (int limb = 0; limb < used; limb++) {
        uint64_t word = (limbs[limb] ^ mask) + carry;
        carry = word < carry;
        put_word(word, out);
        out += 8;
    }
    *out++ = (uint8_t)(mask + carry);
    return out;
}

/* Write the integer that a text of digits says, or None for no text; give where it ends, and NULL
 * where the text is no digits. */
static uint8_t *put_integer(Place at, Place end, uint8_t *out)
{
    uint64_t limbs[MOST_LIMBS] = {0}, wrong = 0;
    int used = 1, is_negative = at < end && *at == '-';

    if (at == end) {
        *out++ = NONE;
        return out;
    }
    at += is_negative;
    wrong |= at == end;
    for (; (end - at) % 8; at++) {
        wrong |= !is_digit(*at);
        limbs[0] = limbs[0] * 10 + (uint64_t)(*at - '0');
    }
    if ((end - at) % 16) {
        limbs[0] = limbs[0] * EIGHT_PLACES + eight_digits(at, &wrong);
        at += 8;
    }
    for (; !wrong && at < end; at += 16) {
        uint64_t first = eight_digits(at, &wrong), second = eight_digits(at + 8, &wrong);
        used = put_behind(limbs, used, first * EIGHT_PLACES + second);
    }
    return wrong ? NULL : put_limbs(limbs, used, is_negative, out);
}

/* Put an integer of more digits than the limbs have room for in its row; -1 with an exception. */
static int set_large(PyObject *integers, Py_ssize_t row, Place at, Place end)
{
    PyObject *found, *text = PyUnicode_DecodeASCII((const char *)at, end - at, NULL);
    if (!text)
        return -1;
    found = PyObject_CallFunctionObjArgs((PyObject *)&PyLong_Type, text, NULL);
    Py_DECREF(text);
    return found ? PyList_SetItem(integers, row, found) : -1;
}

static int is_large(const int32_t *offset) { return offset[1] - offset[0] > MOST_LIMB_DIGITS; }

/* Write the pickle of a list of integers, None for a large one; give where it ends, and NULL with an
 * exception. */
static uint8_t *put_list(const int32_t *offset, Py_ssize_t count, Py_buffer *data, uint8_t *out)
{
    Place begin = data->buf;
    *out++ = PROTOCOL;
    *out++ = 2;
    *out++ = LIST;
    *out++ = MARK;
    for (; count > 0; count--, offset++) {
        Place at = begin + offset[0], end = begin + offset[1];
        if (offset[0] < 0 || offset[1] < offset[0] || offset[1] > data->len) {
            PyErr_SetString(PyExc_ValueError, "Digits stand outside of their text.");
            return NULL;
        }
        if (!is_large(offset))
            out = put_integer(at, end, out);
        else if (end_of_digits(at + (*at == '-'), end) == end)
            *out++ = NONE;
        else
            out = NULL;
        if (!out) {
            PyErr_SetString(PyExc_ValueError, "These are no digits of an integer.");
            return NULL;
        }
    }
    *out++ = APPEND;
    *out++ = STOP;
    return out;
}

static PyObject *loaded(uint8_t *begin, uint8_t *end)
{
    PyObject *module = PyImport_ImportModule("pickle"), *view, *found;
    if (!module)
        return NULL;
    view = PyMemoryView_FromMemory((char *)begin, end - begin, PyBUF_READ);
    found = view ? PyObject_CallMethod(module, "loads", "O", view) : NULL;
    Py_XDECREF(view);
    Py_DECREF(module);
    return found;
}

static PyObject *from_digits(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    Py_buffer offsets, data;
    PyObject *found = NULL;
    if (!PyArg_ParseTuple(arguments, "y*y*", &offsets, &data))
        return NULL;

    const int32_t *offset = offsets.buf;
    Py_ssize_t count = Py_MAX(offsets.len / 4 - 1, 0);
    uint8_t *begin = PyMem_Malloc(FRAME_BYTES + MOST_INTEGER_BYTES * (size_t)count);
    uint8_t *end = begin ? put_list(offset, count, &data, begin) : NULL;
    if (!begin)
        PyErr_NoMemory();
    if (end)
        found = loaded(begin, end);
    for (Py_ssize_t row = 0; found && row < count; row++)
        if (is_large(offset + row) &&
            set_large(found, row, (Place)data.buf + offset[row],
                      (Place)data.buf + offset[row + 1]) < 0)
            Py_CLEAR(found);
    PyMem_Free(begin);
    PyBuffer_Release(&data);
    PyBuffer_Release(&offsets);
    return found;
}

static PyMethodDef methods[] = {
    {"from_digits", from_digits, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "watchframe.decode._integers",
                                    .m_size = 0, .m_methods = methods};

PyMODINIT_FUNC PyInit__integers(void) { return PyModuleDef_Init(&module); }
