/*
 * Rows that are all written alike, read in one pass: every byte is looked at once, without the
 * interpreter's lock.
 *
 * A row is a chain of frames and values: `{"id": ` 7 `, "name": ` "x" ... The frames are known
 * beforehand and compared; a value has to be of its key's kind, as strictly as JSON is. Anything
 * else, and whatever this is not made for (a backslash, an integer beyond int64 where none is
 * expected), is no error: the block goes to a reader that takes any JSON.
 *
 * Every read is behind a comparison with the end of the rows, every write behind one with the room
 * that the caller gave. Only the stable interface of Python 3.11 is used.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

typedef const uint8_t *Place;

/* Kinds of values. The last two keep the text that was sent; that of a quoted one is inside. */
enum { INTEGER = 'i', BOOLEAN = 'b', FLOAT = 'f', WIDE = 'w', QUOTED = 'q' };

/* From here on a float cannot tell neighbouring integers apart. */
#define EXACT_IN_FLOAT ((uint64_t)1 << 53)
#define MOST_DIGITS 19 /* of a number that is sure to fit in 64 bits without a sign */

typedef struct {
    int kind;
    Py_buffer frame;   /* what stands before its values, from the second row on */
    Py_buffer valid;   /* a bit a row; without a buffer the key is judged and not kept */
    Py_buffer values;  /* int64, or a bit a row, or where a text begins (int32) */
    Py_buffer offsets; /* int32: of texts, where each would begin if they stood end to end */
    Py_ssize_t nulls;
} Key;

#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))
#define HAS_ZERO(word) (((word)-EACH_BYTE(1)) & ~(word)&EACH_BYTE(0x80))
#define HAS_LESS(word, bound) (((word)-EACH_BYTE(bound)) & ~(word)&EACH_BYTE(0x80))

static int is_digit(uint8_t byte) { return (uint8_t)(byte - '0') < 10; }

static int begins_with(Place at, Place end, const char *word, Py_ssize_t length)
{
    return end - at >= length && memcmp(at, word, (size_t)length) == 0;
}

/* Give the closing quote of the text that begins at `at`; NULL where it is not plain. */
static Place end_of_text(Place at, Place end)
{
    while (end - at >= 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        if (HAS_LESS(word, 0x20) | HAS_ZERO(word ^ EACH_BYTE('"')) |
            HAS_ZERO(word ^ EACH_BYTE('\\')))
            break;
        at += 8;
    }
    for (; at < end && *at != '"'; at++)
        if (*at < 0x20 || *at == '\\')
            return NULL;
    return at < end ? at : NULL;
}

typedef struct {
    int is_negative;
    Py_ssize_t digits;
    uint64_t magnitude; /* right for up to MOST_DIGITS digits */
} Integer;

/* Give the end of an integer as JSON writes it; NULL where there is none. */
static Place end_of_integer(Place at, Place end, Integer *found)
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

static Place end_of_digits(Place at, Place end)
{
    Place start = at;
    while (at < end && is_digit(*at))
        at++;
    return at > start ? at : NULL;
}

/* Give the end of a number that a float holds exactly, or as nearly as it can where it has a
 * fraction or an exponent; NULL where there is none. */
static Place end_of_float(Place at, Place end)
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
        (whole.digits > MOST_DIGITS || whole.magnitude >= EXACT_IN_FLOAT))
        return NULL;
    return at;
}

static void set_bit(Py_buffer *bits, Py_ssize_t row)
{
    ((uint8_t *)bits->buf)[row >> 3] |= (uint8_t)(1 << (row & 7));
}

/* Keep where a text stands, of no length where it is null. */
static void keep_text(Key *key, Py_ssize_t row, Place rows, Place start, Place end)
{
    int32_t *offsets = key->offsets.buf;
    ((int32_t *)key->values.buf)[row] = (int32_t)(start - rows);
    offsets[row + 1] = offsets[row] + (int32_t)(end - start);
}

/* Read the value at `at`, and give its end; NULL where it is not of its kind. */
static Place end_of_value(Key *key, Py_ssize_t row, Place rows, Place at, Place end)
{
    int is_kept = key->valid.buf != NULL;
    Place start = at;
    Integer integer;

    if (begins_with(at, end, "null", 4)) {
        key->nulls++;
        if (is_kept && key->kind == INTEGER)
            ((int64_t *)key->values.buf)[row] = 0;
        else if (is_kept && key->kind != BOOLEAN)
            keep_text(key, row, rows, at, at);
        return at + 4;
    }
    switch (key->kind) {
    case INTEGER:
        at = end_of_integer(at, end, &integer);
        if (!at || integer.digits > MOST_DIGITS ||
            integer.magnitude > (uint64_t)INT64_MAX + (uint64_t)integer.is_negative)
            return NULL;
        if (is_kept) /* as unsigned ones: the smallest has no positive twin */
            ((uint64_t *)key->values.buf)[row] =
                integer.is_negative ? 0 - integer.magnitude : integer.magnitude;
        break;
    case BOOLEAN:
        if (begins_with(at, end, "true", 4)) {
            if (is_kept)
                set_bit(&key->values, row);
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
        at = end_of_text(start, end);
        if (at && is_kept)
            keep_text(key, row, rows, start, at);
        if (at)
            at++;
        break;
    default:
        at = key->kind == FLOAT ? end_of_float(at, end) : end_of_integer(at, end, &integer);
        if (at && is_kept)
            keep_text(key, row, rows, start, at);
    }
    if (at && is_kept)
        set_bit(&key->valid, row);
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

/* For how many rows there is room in the buffers of a key; -1 with an exception. */
static Py_ssize_t room_of(Key *key)
{
    Py_ssize_t room = PY_SSIZE_T_MAX, values;
    if (!strchr("ibfwq", key->kind) || key->kind == 0) {
        PyErr_SetString(PyExc_ValueError, "There is no such kind of key.");
        return -1;
    }
    if (key->valid.buf == NULL)
        return room;
    values = key->kind == INTEGER ? key->values.len / 8
             : key->kind == BOOLEAN ? key->values.len * 8
                                    : key->values.len / 4;
    room = Py_MIN(key->valid.len * 8, values);
    if (key->kind != INTEGER && key->kind != BOOLEAN) {
        room = Py_MIN(room, key->offsets.len / 4 - 1);
        if (room >= 0)
            *(int32_t *)key->offsets.buf = 0;
    }
    return Py_MAX(room, 0);
}

static int take_buffer(PyObject *object, Py_buffer *view)
{
    return object == Py_None || PyObject_GetBuffer(object, view, PyBUF_WRITABLE) == 0;
}

static int take_key(PyObject *item, Key *key)
{
    PyObject *valid, *values, *offsets;
    return PyArg_ParseTuple(item, "iy*OOO", &key->kind, &key->frame, &valid, &values, &offsets) &&
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
        if (take_key(PyTuple_GetItem(items, taken), keys + taken))
            room = Py_MIN(room, room_of(keys + taken));
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

/* Copy texts end to end; say whether all stand in the rows, and fit. */
static int copy_texts(Py_buffer *rows, Py_ssize_t count, Py_buffer *starts, Py_buffer *offsets,
                      Py_buffer *data)
{
    const int32_t *start = starts->buf, *offset = offsets->buf;
    for (Py_ssize_t row = 0; row < count; row++) {
        Py_ssize_t length = (Py_ssize_t)offset[row + 1] - offset[row];
        if (length < 0 || offset[row] < 0 || offset[row + 1] > data->len || start[row] < 0 ||
            start[row] + length > rows->len)
            return 0;
        memcpy((uint8_t *)data->buf + offset[row], (Place)rows->buf + start[row], (size_t)length);
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
        is_right = copy_texts(&rows, count, &starts, &offsets, &data);
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
