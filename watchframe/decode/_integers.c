/*
 * Python's integers from their digits: eight of them at a time into limbs of 32 bits, and the limbs
 * into an integer. That takes less than half of what Python's own way takes for a uint256.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

#include "_json_number.h"

/* Limbs of 32 bits, and digits that are sure to fit in them. */
enum { MOST_LIMBS = 10, MOST_LIMB_DIGITS = 96 };

/* Make `limbs` that many times as large, and so much larger; give how many are in use. */
static int grow(uint32_t *limbs, int used, uint32_t factor, uint64_t carry)
{
    for (int limb = 0; limb < used; limb++) {
        carry += (uint64_t)limbs[limb] * factor;
        limbs[limb] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry)
        limbs[used++] = (uint32_t)carry;
    return used;
}

static uint32_t four_digits(Place at)
{
    return at[0] * 1000u + at[1] * 100u + at[2] * 10u + at[3] - '0' * 1111u;
}

static PyObject *integer_of_limbs(const uint32_t *limbs, int used, int is_negative)
{
    PyObject *magnitude, *found;
    uint8_t bytes[MOST_LIMBS * 4];
    for (int limb = 0; limb < used; limb++)
        for (int place = 0; place < 4; place++)
            bytes[limb * 4 + place] = (uint8_t)(limbs[limb] >> (8 * place));
#if PY_VERSION_HEX >= 0x030D0000
    magnitude = PyLong_FromUnsignedNativeBytes(bytes, (size_t)used * 4,
                                               Py_ASNATIVEBYTES_LITTLE_ENDIAN);
#else
    magnitude = _PyLong_FromByteArray(bytes, (size_t)used * 4, 1, 0);
#endif
    if (!magnitude || !is_negative)
        return magnitude;
    found = PyNumber_Negative(magnitude);
    Py_DECREF(magnitude);
    return found;
}

static PyObject *integer_of_text(Place at, Place end)
{
    PyObject *found, *text = PyUnicode_DecodeASCII((const char *)at, end - at, NULL);
    if (!text)
        return NULL;
    found = PyLong_FromUnicodeObject(text, 10);
    Py_DECREF(text);
    return found;
}

/* Give the integer that a text of digits says; None for no text. */
static PyObject *integer_of(Place at, Place end)
{
    uint32_t limbs[MOST_LIMBS] = {0};
    int used = 1, is_negative = at < end && *at == '-';

    if (at == end)
        return Py_NewRef(Py_None);
    if (end_of_digits(at + is_negative, end) != end) {
        PyErr_SetString(PyExc_ValueError, "These are no digits of an integer.");
        return NULL;
    }
    if (end - at > MOST_LIMB_DIGITS)
        return integer_of_text(at, end);
    at += is_negative;
    for (; (end - at) % 8; at++)
        used = grow(limbs, used, 10, (uint64_t)(*at - '0'));
    for (; at < end; at += 8)
        used = grow(limbs, used, 100000000, four_digits(at) * 10000u + four_digits(at + 4));
    return integer_of_limbs(limbs, used, is_negative);
}

static PyObject *from_digits(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    Py_buffer offsets, data;
    PyObject *found = NULL;
    if (!PyArg_ParseTuple(arguments, "y*y*", &offsets, &data))
        return NULL;

    const int32_t *offset = offsets.buf;
    Py_ssize_t count = Py_MAX(offsets.len / 4 - 1, 0);
    found = PyList_New(count);
    for (Py_ssize_t row = 0; found && row < count; row++) {
        PyObject *item = NULL;
        if (offset[row] < 0 || offset[row + 1] < offset[row] || offset[row + 1] > data.len)
            PyErr_SetString(PyExc_ValueError, "Digits stand outside of their text.");
        else
            item = integer_of((Place)data.buf + offset[row], (Place)data.buf + offset[row + 1]);
        if (!item)
            Py_CLEAR(found);
        else
            PyList_SET_ITEM(found, row, item);
    }
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
