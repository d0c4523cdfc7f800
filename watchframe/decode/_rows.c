/*
 * Rows that are all written alike, read in one pass: every byte is looked at once, without the
 * interpreter's lock. And digits that become Python's integers.
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

typedef const uint8_t *Place;

/* Kinds of values. The last three keep the text that was sent; that of a quoted one is inside. */
enum { INTEGER = 'i', BOOLEAN = 'b', FLOAT = 'f', WIDE = 'w', QUOTED = 'q' };

/* From here on a float cannot tell neighbouring integers apart. */
#define EXACT_IN_FLOAT ((uint64_t)1 << 53)
#define MOST_DIGITS 19 /* of a number that is sure to fit in 64 bits without a sign */

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

#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))
#define HAS_ZERO(word) (((word)-EACH_BYTE(1)) & ~(word)&EACH_BYTE(0x80))
#define HAS_LESS(word, bound) (((word)-EACH_BYTE(bound)) & ~(word)&EACH_BYTE(0x80))

static int is_digit(uint8_t byte) { return (uint8_t)(byte - '0') < 10; }

static int begins_with(Place at, Place end, const char *word, Py_ssize_t length)
{
    return end - at >= length && memcmp(at, word, (size_t)length) == 0;
}

/* What a hexadecimal digit says, and one more, as nothing says 0. */
static const uint8_t hexadecimal[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

/* Give the end of the four digits behind `\u`; NULL where they are none. */
static Place end_of_unit(Place at, Place end, uint32_t *unit)
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
static Place end_of_escape(Place at, Place end, uint32_t *letter)
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

static int utf8_length(uint32_t letter)
{
    return letter < 0x80 ? 1 : letter < 0x800 ? 2 : letter < 0x10000 ? 3 : 4;
}

static void put_utf8(uint32_t letter, int length, uint8_t *out)
{
    static const uint8_t marks[] = {0, 0x00, 0xC0, 0xE0, 0xF0};
    for (int place = length - 1; place > 0; place--) {
        out[place] = (uint8_t)(0x80 | (letter & 0x3F));
        letter >>= 6;
    }
    out[0] = (uint8_t)(marks[length] | letter);
}

/* Whether a byte ends a run of plain ones in a text: a quote, a backslash, a control character. */
static int is_special(uint8_t byte) { return (byte == '"') | (byte == '\\') | (byte < 0x20); }

/* Give the first such byte from `at` on, or the end. */
static Place end_of_plain(Place at, Place end)
{
    if (at < end && is_special(*at))
        return at;
    while (end - at >= 8) {
        uint64_t word, special;
        memcpy(&word, at, 8);
        special = HAS_LESS(word, 0x20) | HAS_ZERO(word ^ EACH_BYTE('"')) |
                  HAS_ZERO(word ^ EACH_BYTE('\\'));
        if (special) {
#if defined(__GNUC__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
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
static Place end_of_text(Place at, Place end, Py_ssize_t *length)
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
        (whole.digits > MOST_DIGITS || whole.magnitude >= EXACT_IN_FLOAT ||
         (whole.is_negative && whole.magnitude == 0))) /* the integer -0 is 0, the float is not */
        return NULL;
    return at;
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

/* For how many rows there is room in the buffers of a key; -1 with an exception. */
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

static PyObject *integers(PyObject *Py_UNUSED(module), PyObject *arguments)
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
    {"read_rows", read_rows, METH_VARARGS, NULL},
    {"gather_texts", gather_texts, METH_VARARGS, NULL},
    {"integers", integers, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, .m_name = "watchframe.decode._rows", .m_size = 0, .m_methods = methods};

PyMODINIT_FUNC PyInit__rows(void) { return PyModuleDef_Init(&module); }
