/* The innermost loop of the sweep, compiled: ready bytes to one viewer's socket after the other. See sending.py, its twin. */

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030b0000
#include <Python.h>
#include <stdint.h>
#include <sys/socket.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* macOS; Python ignores SIGPIPE */
#endif

#define ELSEWHERE (-1)

/* Whether an argument is a writable or readable array of items of a size; its buffer is held until it is released. */
static int held(PyObject *argument, Py_buffer *buffer, int flags, Py_ssize_t size) {
    if (PyObject_GetBuffer(argument, buffer, flags) < 0)
        return 0;
    if (buffer->itemsize == size)
        return 1;
    PyBuffer_Release(buffer);
    PyErr_SetString(PyExc_TypeError, "an array has items of another size");
    return 0;
}

static PyObject *send_run(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
    (void)module;
    if (count != 8) {
        PyErr_SetString(PyExc_TypeError, "send_run(fds, places, sent_from, at, stop, place, head, data)");
        return NULL;
    }
    Py_ssize_t at = PyLong_AsSsize_t(arguments[3]), stop = PyLong_AsSsize_t(arguments[4]);
    int64_t place = PyLong_AsLongLong(arguments[5]), head = PyLong_AsLongLong(arguments[6]);
    if (PyErr_Occurred())
        return NULL;
    char *data;
    Py_ssize_t size;
    if (PyBytes_AsStringAndSize(arguments[7], &data, &size) < 0)
        return NULL;

    PyObject *reply = NULL;
    Py_buffer fds, places, sent;
    if (!held(arguments[0], &fds, PyBUF_SIMPLE | PyBUF_FORMAT, sizeof(int)))
        return NULL;
    if (!held(arguments[1], &places, PyBUF_WRITABLE | PyBUF_FORMAT, sizeof(int64_t)))
        goto no_places;
    if (!held(arguments[2], &sent, PyBUF_WRITABLE | PyBUF_FORMAT, sizeof(int64_t)))
        goto no_sent;
    Py_ssize_t most = fds.len / (Py_ssize_t)sizeof(int);
    if (at < 0 || stop > most || places.len / (Py_ssize_t)sizeof(int64_t) != most || sent.len != places.len) {
        PyErr_SetString(PyExc_IndexError, "the arrays are shorter than the run");
        goto done;
    }

    const int *fd = fds.buf;
    int64_t *stands = places.buf, *from = sent.buf;
    Py_ssize_t written = ELSEWHERE;
    Py_BEGIN_ALLOW_THREADS
    for (; at < stop; at++) {
        if (stands[at] == head)
            continue;
        if (stands[at] != place)
            break;
        stands[at] = head;
        from[at] = place;
        Py_ssize_t taken = fd[at] < 0 ? 0 : send(fd[at], data, (size_t)size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (taken != size) {
            written = taken < 0 ? 0 : taken;
            break;
        }
    }
    Py_END_ALLOW_THREADS
    reply = Py_BuildValue("nn", at, written);

done:
    PyBuffer_Release(&sent);
no_sent:
    PyBuffer_Release(&places);
no_places:
    PyBuffer_Release(&fds);
    return reply;
}

static PyMethodDef methods[] = {
    {"send_run", (PyCFunction)(void (*)(void))send_run, METH_FASTCALL, "See ticker.live.sending."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {{0, NULL}};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_sending", NULL, 0, methods, slots, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__sending(void) { return PyModuleDef_Init(&definition); }
