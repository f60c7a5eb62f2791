/* limit: what fan-out costs when there is nothing but the system call.
 *
 *   limit PORT
 *
 * Takes viewers at /ws and /sse and lines at POST /publish, frames a line once for each of the two and calls send() for each
 * viewer. It knows one handshake (that of load.c), reads nothing that a viewer sends, keeps no history and checks nothing: not
 * a server, but the line that no server can pass.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define FDS (1 << 20) /* pages of these tables that nobody touches take no memory */
#define REQUEST_MOST 16384

static const char WEBSOCKET[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
static const char STREAM[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n\r\n";
static const char DONE[] = "HTTP/1.1 204 No Content\r\n\r\n";
static const char UNKNOWN[] = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";

struct request {
    size_t len;
    char text[REQUEST_MOST];
};

static struct {
    int fds[FDS];
    int count;
} websockets, streams;

static struct request *requests[FDS]; /* of connections that have not become viewers */
static int place[FDS];                /* of a viewer's fd in its list */
static bool is_stream[FDS], is_viewer[FDS];
static int epoll_fd;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static bool send_all(int fd, const char *data, size_t len)
{
    while (len) {
        ssize_t sent = send(fd, data, len, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) {
            poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, 5000);
            continue;
        }
        if (sent < 0)
            return false;
        data += sent;
        len -= (size_t)sent;
    }
    return true;
}

static void forget(int fd)
{
    if (is_viewer[fd]) {
        int *fds = is_stream[fd] ? streams.fds : websockets.fds;
        int *count = is_stream[fd] ? &streams.count : &websockets.count;
        int last = fds[--*count];
        fds[place[fd]] = last;
        place[last] = place[fd];
        is_viewer[fd] = false;
    }
    free(requests[fd]);
    requests[fd] = NULL;
    close(fd);
}

static void enter(int fd, bool stream)
{
    if (!(stream ? send_all(fd, STREAM, sizeof STREAM - 1) : send_all(fd, WEBSOCKET, sizeof WEBSOCKET - 1))) {
        forget(fd);
        return;
    }
    free(requests[fd]);
    requests[fd] = NULL;
    is_viewer[fd] = true;
    is_stream[fd] = stream;
    int *count = stream ? &streams.count : &websockets.count;
    (stream ? streams.fds : websockets.fds)[*count] = fd;
    place[fd] = (*count)++;
}

static void publish(const char *text, size_t len)
{
    static char frame[REQUEST_MOST + 64];
    size_t head = 0;
    frame[head++] = (char)0x81;
    if (len < 126) {
        frame[head++] = (char)len;
    } else {
        frame[head++] = 126;
        frame[head++] = (char)(len >> 8);
        frame[head++] = (char)len;
    }
    memcpy(frame + head, text, len);
    for (int i = 0; i < websockets.count; i++)
        send_all(websockets.fds[i], frame, head + len);
    if (!streams.count)
        return;
    len = (size_t)snprintf(frame, sizeof frame, "event: publish\ndata: %.*s\n\n", (int)len, text);
    for (int i = 0; i < streams.count; i++)
        send_all(streams.fds[i], frame, len);
}

/* Answer the requests that have come whole. A viewer's is its last. */
static void answer(int fd)
{
    struct request *r = requests[fd];
    for (char *end; r && (end = memmem(r->text, r->len, "\r\n\r\n", 4));) {
        *end = '\0';
        char *length = strcasestr(r->text, "content-length:");
        size_t head = (size_t)(end - r->text) + 4, body = length ? strtoul(length + 15, NULL, 10) : 0;
        if (head + body > sizeof r->text) {
            forget(fd);
            return;
        }
        if (r->len < head + body) {
            *end = '\r';
            return;
        }
        if (!strncmp(r->text, "GET /ws ", 8) || !strncmp(r->text, "GET /sse ", 9)) {
            enter(fd, r->text[5] == 's');
            return;
        }
        bool known = !strncmp(r->text, "POST /publish ", 14);
        if (known)
            publish(r->text + head, body);
        send_all(fd, known ? DONE : UNKNOWN, known ? sizeof DONE - 1 : sizeof UNKNOWN - 1);
        r->len -= head + body;
        memmove(r->text, r->text + head + body, r->len);
    }
}

static void readable(int fd)
{
    char ignored[512];
    struct request *r = requests[fd];
    ssize_t got = r ? recv(fd, r->text + r->len, sizeof r->text - r->len, 0) : recv(fd, ignored, sizeof ignored, 0);
    if (got <= 0) {
        if (got == 0 || errno != EAGAIN)
            forget(fd);
        return;
    }
    if (r) {
        r->len += (size_t)got;
        answer(fd);
    }
}

static void accept_all(int listening)
{
    int fd;
    while ((fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        if (fd >= FDS || !(requests[fd] = malloc(sizeof(struct request))))
            fail("limit: too many connections");
        requests[fd]->len = 0;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
    }
}

int main(int argc, char **argv)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    here.sin_port = htons((uint16_t)(argc > 1 ? atoi(argv[1]) : 0));
    int listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (bind(listening, (struct sockaddr *)&here, sizeof here) < 0 || listen(listening, 4096) < 0)
        fail("limit: listen");
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listening}, events[512];
    if (epoll_fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listening, &event) < 0)
        fail("limit: epoll");
    for (;;) {
        int ready = epoll_wait(epoll_fd, events, 512, -1);
        for (int i = 0; i < ready; i++) {
            if (events[i].data.fd == listening)
                accept_all(listening);
            else
                readable(events[i].data.fd);
        }
    }
}
