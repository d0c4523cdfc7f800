/*
 * Rows that are all written alike, read in one pass: every byte is looked at once, without the
 * interpreter's lock.
 *
 * A row is a chain of frames and values: `{"id": ` 7 `, "name": ` "x" ... The frames are known
 * beforehand and compared; a value has to be of its key's kind, as strictly as JSON is. Anything
 * else, and whatever this is not made for (nested values, an integer beyond int64 where none is
 * expected, a lone surrogate), is no error: the block goes to a reader that takes any JSON.
 *
 * Every read is behind a comparison with the end of the rows, every write behind one with the room
 * that the caller gave. That the rows are UTF-8 is the caller's to see to.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

#include "_json_number.h"
#include "_json_text.h"

/* Kinds of values. The last three keep the text that was sent; that of a quoted one is inside. */
enum { INTEGER = 'i', BOOLEAN = 'b', FLOAT = 'f', WIDE = 'w', QUOTED = 'q' };

typedef struct {
    int kind;
    Py_buffer frame; /* what stands before its values, from the second row on */
    /* Several keys may share their buffers: of each row's `sharing` slots, this one's `place`. */
    Py_ssize_t place, sharing;
    Py_buffer valid;   /* a bit a slot; without a buffer the key is judged and not kept */
    Py_buffer values;  /* int64, or a bit a slot, or where a text begins (int32) */
    Py_buffer offsets; /* int32: of texts, where each would begin if they stood end to end */
    Py_ssize_t nulls;
} Key;

static int begins_with(Place at, Place end, const char *word, Py_ssize_t length)
{
    return end - at >= length && memcmp(at, word, (size_t)length) == 0;
}

static void set_bit(Py_buffer *bits, Py_ssize_t slot)
{
    ((uint8_t *)bits->buf)[slot >> 3] |= (uint8_t)(1 << (slot & 7));
}

/* Keep where a text stands, of no length where it is null; the complement where it has escapes. */
static void keep_text(Key *key, Py_ssize_t slot, Py_ssize_t start, Py_ssize_t length, int is_plain)
{
    int32_t *offsets = key->offsets.buf;
    ((int32_t *)key->values.buf)[slot] = (int32_t)(is_plain ? start : ~start);
    offsets[slot + 1] = offsets[slot] + (int32_t)length;
}

/* Read the value at `at`, and give its end; NULL where it is not of its kind. */
static Place end_of_value(Key *key, Py_ssize_t row, Place rows, Place at, Place end)
{
    int is_kept = key->valid.buf != NULL;
    Py_ssize_t slot = row * key->sharing + key->place;
    Place start = at;
    Py_ssize_t length;
    Integer integer;

    if (begins_with(at, end, "null", 4)) {
        key->nulls++;
        if (is_kept && key->kind == INTEGER)
            ((int64_t *)key->values.buf)[slot] = 0;
        else if (is_kept && key->kind != BOOLEAN)
            keep_text(key, slot, 0, 0, 1);
        return at + 4;
    }
    switch (key->kind) {
    case INTEGER:
        at = end_of_integer(at, end, &integer);
        if (!at || integer.digits > MOST_DIGITS ||
            integer.magnitude > (uint64_t)INT64_MAX + (uint64_t)integer.is_negative)
            return NULL;
        if (is_kept) /* as unsigned ones: the smallest has no positive twin */
            ((uint64_t *)key->values.buf)[slot] =
                integer.is_negative ? 0 - integer.magnitude : integer.magnitude;
        break;
    case BOOLEAN:
        if (begins_with(at, end, "true", 4)) {
            if (is_kept)
                set_bit(&key->values, slot);
            at += 4;
        } else if (begins_with(at, end, "false", 5)) {
            at += 5;
        } else {
            return NULL;
        }
        break;
    case QUOTED:
        if (at == end || *at != '"')
            return NULL;
        start = at + 1;
        at = end_of_text(start, end, &length);
        if (at && is_kept)
            keep_text(key, slot, start - rows, length, length == at - start);
        if (at)
            at++;
        break;
    default:
        at = key->kind == FLOAT ? end_of_float(at, end) : end_of_integer(at, end, &integer);
        if (at && is_kept)
            keep_text(key, slot, start - rows, at - start, 1);
    }
    if (at && is_kept)
        set_bit(&key->valid, slot);
    return at;
}

/* Read all rows; give how many, or -1 where they are otherwise. */
static Py_ssize_t read_all(Py_buffer *rows, Py_buffer *first, Key *keys, Py_ssize_t count,
                           Py_ssize_t room)
{
    Place begin = rows->buf, at = begin, end = begin + rows->len;
    for (Py_ssize_t row = 0; row < room; row++) {
        for (Py_ssize_t number = 0; number < count; number++) {
            Key *key = keys + number;
            Py_buffer *frame = row == 0 && number == 0 ? first : &key->frame;
            if (!begins_with(at, end, frame->buf, frame->len))
                return -1;
            at = end_of_value(key, row, begin, at + frame->len, end);
            if (!at)
                return -1;
        }
        if (end - at == 1 && *at == '}')
            return row + 1;
    }
    return -1;
}

/* For how many rows there is room in the buffers of a key; -1 with an exception. The first text is
 * put at 0. */
static Py_ssize_t room_of(Key *key)
{
    Py_ssize_t slots;
    if (key->kind == 0 || !strchr("ibfwq", key->kind) || key->place < 0 ||
        key->place >= key->sharing) {
        PyErr_SetString(PyExc_ValueError, "There is no such kind of key, or no such place.");
        return -1;
    }
    if (key->valid.buf == NULL)
        return PY_SSIZE_T_MAX;
    slots = Py_MIN(key->valid.len, PY_SSIZE_T_MAX / 8) * 8;
    if (key->kind == INTEGER) {
        slots = Py_MIN(slots, key->values.len / 8);
    } else if (key->kind == BOOLEAN) {
        slots = Py_MIN(slots, key->values.len * 8);
    } else {
        slots = Py_MIN(slots, key->values.len / 4);
        slots = Py_MIN(slots, key->offsets.len / 4 - 1);
        if (slots >= 0)
            *(int32_t *)key->offsets.buf = 0;
    }
    return Py_MAX(slots, 0) / key->sharing;
}

static int take_buffer(PyObject *object, Py_buffer *view)
{
    return object == Py_None || PyObject_GetBuffer(object, view, PyBUF_WRITABLE) == 0;
}

static int take_key(PyObject *item, Key *key)
{
    PyObject *valid, *values, *offsets;
    return PyArg_ParseTuple(item, "iy*nnOOO", &key->kind, &key->frame, &key->place, &key->sharing,
                            &valid, &values, &offsets) &&
           take_buffer(valid, &key->valid) && take_buffer(values, &key->values) &&
           take_buffer(offsets, &key->offsets);
}

static PyObject *counted(Py_ssize_t rows, Key *keys, Py_ssize_t count)
{
    PyObject *found = PyList_New(count + 1);
    for (Py_ssize_t number = 0; found && number <= count; number++) {
        PyObject *item = PyLong_FromSsize_t(number ? keys[number - 1].nulls : rows);
        if (!item || PyList_SetItem(found, number, item) < 0)
            Py_CLEAR(found);
    }
    return found;
}

static PyObject *read_rows(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    Py_buffer rows, first;
    PyObject *items, *found = NULL;
    if (!PyArg_ParseTuple(arguments, "y*y*O!", &rows, &first, &PyTuple_Type, &items))
        return NULL;

    Py_ssize_t count = PyTuple_Size(items), taken = 0, room = PY_SSIZE_T_MAX, read = -1;
    Key *keys = PyMem_Calloc((size_t)count + 1, sizeof(Key));
    if (!keys)
        PyErr_NoMemory();
    for (; keys && taken < count && !PyErr_Occurred(); taken++)
        if (take_key(PyTuple_GetItem(items, taken), keys + taken)) {
            Py_ssize_t here = room_of(keys + taken);
            room = Py_MIN(room, here);
        }
    if (!PyErr_Occurred()) {
        if (count > 0 && rows.len <= INT32_MAX) {
            Py_BEGIN_ALLOW_THREADS
            read = read_all(&rows, &first, keys, count, room);
            Py_END_ALLOW_THREADS
        }
        found = read < 0 ? Py_NewRef(Py_None) : counted(read, keys, count);
    }
    for (Py_ssize_t number = 0; number < taken; number++) {
        PyBuffer_Release(&keys[number].frame);
        PyBuffer_Release(&keys[number].valid);
        PyBuffer_Release(&keys[number].values);
        PyBuffer_Release(&keys[number].offsets);
    }
    PyMem_Free(keys);
    PyBuffer_Release(&first);
    PyBuffer_Release(&rows);
    return found;
}

/* Write the text at `at`, which has escapes, to `length` bytes; say whether they are what it is. */
static int put_text(Place at, Place end, uint8_t *out, Py_ssize_t length)
{
    while (length > 0) {
        uint32_t letter;
        Py_ssize_t plain = end_of_plain(at, end) - at;
        plain = Py_MIN(plain, length);
        memcpy(out, at, (size_t)plain);
        at += plain;
        out += plain;
        length -= plain;
        if (length == 0)
            break;
        if (at == end || *at != '\\' || !(at = end_of_escape(at, end, &letter)) ||
            utf8_length(letter) > length)
            return 0;
        put_utf8(letter, utf8_length(letter), out);
        out += utf8_length(letter);
        length -= utf8_length(letter);
    }
    return 1;
}

/* Write texts end to end; say whether all stand in the rows, and fit. */
static int put_texts(Py_buffer *rows, Py_ssize_t count, Py_buffer *starts, Py_buffer *offsets,
                     Py_buffer *data)
{
    Place begin = rows->buf;
    const int32_t *offset = offsets->buf;
    for (Py_ssize_t row = 0; row < count; row++) {
        int32_t mark = ((const int32_t *)starts->buf)[row];
        Py_ssize_t start = mark < 0 ? ~mark : mark;
        Py_ssize_t length = (Py_ssize_t)offset[row + 1] - offset[row];
        uint8_t *out = (uint8_t *)data->buf + offset[row];
        if (length < 0 || offset[row] < 0 || offset[row + 1] > data->len || start > rows->len)
            return 0;
        if (mark < 0) {
            if (!put_text(begin + start, begin + rows->len, out, length))
                return 0;
        } else {
            if (length > rows->len - start)
                return 0;
            memcpy(out, begin + start, (size_t)length);
        }
    }
    return 1;
}

static PyObject *gather_texts(PyObject *Py_UNUSED(module), PyObject *arguments)
{
    Py_buffer rows, starts, offsets, data;
    Py_ssize_t count;
    int is_right;
    if (!PyArg_ParseTuple(arguments, "y*ny*y*w*", &rows, &count, &starts, &offsets, &data))
        return NULL;
    is_right = count >= 0 && count <= starts.len / 4 && count <= offsets.len / 4 - 1;
    if (is_right) {
        Py_BEGIN_ALLOW_THREADS
        is_right = put_texts(&rows, count, &starts, &offsets, &data);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&data);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&starts);
    PyBuffer_Release(&rows);
    if (!is_right) {
        PyErr_SetString(PyExc_ValueError, "Texts stand outside of their rows or their room.");
        return NULL;
    }
    return Py_NewRef(Py_None);
}

static PyMethodDef methods[] = {
    {"read_rows", read_rows, METH_VARARGS, NULL},
    {"gather_texts", gather_texts, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, .m_name = "watchframe.decode._rows", .m_size = 0, .m_methods = methods};

PyMODINIT_FUNC PyInit__rows(void) { return PyModuleDef_Init(&module); }
