/* load: many viewers in one thread, who look closely at what they get.
 *
 *   load HOST PORT[,PORT…] PATH ws|sse [FIRST-SOURCE]
 *
 * Opens viewers from several loopback addresses, checks that each of them gets each line once, in order and intact, and notes
 * how long it took from the line's own time stamp to each viewer. It is driven by lines on standard input and answers each
 * with one line of JSON:
 *
 *   connect N AT_ONCE snapshot|open SECONDS   open N viewers, AT_ONCE handshakes at a time; a viewer counts as connected once
 *                                             it has its snapshot (or what it missed is about to come), or its handshake's answer
 *   expect FIRST COUNT strict|common          from now on lines FIRST … FIRST+COUNT-1 count: in the order of their numbers, or
 *                                             in any order that is the same for all (lines posted over several connections)
 *   report SECONDS GRACE                      answer when all have come and GRACE seconds more have brought nothing else
 *
 * It ends with its standard input.
 *
 * A line carries, anywhere in its message, "@TICK", its number (8 hex digits), its time of publication (16, ns of
 * CLOCK_MONOTONIC), the length of its padding in bytes (4), the CRC-32 of those 28 digits and the padding (8), and the padding.
 *
 * What makes it quick enough not to be measured itself: the first intact copy of a line is kept with its frame, and whoever
 * gets the same bytes at the same place needs one memcmp. Everything else goes the long way: parsed, searched, summed.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAGIC "@TICK"
#define DIGITS (8 + 16 + 4 + 8)
#define BUFFER (1 << 20)
#define REST_MOST (1 << 18) /* of one unfinished message */
#define SOURCES 16
#define PORTS_MOST 64
#define SUB 64 /* buckets per power of two: 1.6 % wide */
#define BUCKETS (64 * SUB)
#define KEY "dGhlIHNhbXBsZSBub25jZQ==" /* the example of RFC 6455, section 1.3, and its answer */
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

enum state { CONNECTING, HANDSHAKE, FIRST, OPEN, CLOSED };
enum chunk { PLAIN, SIZE, DATA, END };

struct viewer {
    int fd;
    uint8_t state, chunk;
    bool entered;      /* was connected at some time */
    uint32_t received; /* lines */
    uint32_t left;     /* bytes of the current chunk still to come; while its size is being read, that size so far */
    uint32_t next;     /* index of the line that is due */
    uint32_t rest_len; /* what came of a message that is not complete */
    char *rest;
    uint8_t *missing; /* bit per index; made when the first line is missed */
};

struct line {
    uint64_t published, last; /* ns */
    uint32_t delivered;
    uint32_t number, len; /* of the frame below; 0: nobody has had it yet */
    char *frame;
};

static struct {
    struct sockaddr_in targets[PORTS_MOST];
    int ports;
    char request[2048];
    size_t request_len;
    bool sse;
    uint32_t first_source;
} to;

static struct viewer *viewers;
static uint32_t wanted, started, connected, failed, pending, at_once, open_now;
static bool want_snapshot, connecting;
static uint64_t connect_began, connect_deadline;
static char failure[128];

static struct line *lines;
static uint32_t *place_of; /* number - first → index + 1, 0: unknown */
static uint32_t first, count, known;
static bool strict_order;
static uint64_t histogram[BUCKETS], latency_max;
static uint64_t delivered, delivered_open, doubled, disordered, damaged, stray, resnapshots, closed_by_server, broken, other, first_publish, last_arrival;
static double cpu_began;

static bool reporting, complete;
static uint64_t report_deadline, grace, complete_at;

static int epoll_fd;
static char buffer[BUFFER + REST_MOST + 16];
static uint32_t crc_table[256];

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

static double cpu_seconds(void)
{
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) + 1e-6 * (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec);
}

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

static void *need(void *memory)
{
    if (!memory)
        die("load: out of memory");
    return memory;
}

static void make_crc_table(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int bit = 0; bit < 8; bit++)
            c = c & 1 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
        crc_table[i] = c;
    }
}

static uint32_t crc32_of(uint32_t crc, const char *data, size_t len)
{
    crc = ~crc;
    for (size_t i = 0; i < len; i++)
        crc = crc_table[(crc ^ (uint8_t)data[i]) & 0xFF] ^ (crc >> 8);
    return ~crc;
}

/* Values of `digits` hex digits; false if one is none. */
static bool hex(const char *text, int digits, uint64_t *value)
{
    uint64_t v = 0;
    for (int i = 0; i < digits; i++) {
        char c = text[i];
        int d = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (d < 0)
            return false;
        v = v << 4 | (uint64_t)d;
    }
    *value = v;
    return true;
}

static unsigned bucket(uint64_t ns)
{
    if (ns < SUB)
        return (unsigned)ns;
    unsigned top = 63 - (unsigned)__builtin_clzll(ns);
    return (top - 5) * SUB + (unsigned)((ns >> (top - 6)) & (SUB - 1));
}

static uint64_t bucket_middle(unsigned b)
{
    if (b < SUB)
        return b;
    unsigned top = b / SUB + 5;
    return ((1ull << top) | ((uint64_t)(b % SUB) << (top - 6))) + (1ull << (top - 6)) / 2;
}

/* ---- viewers come and go ---- */

static void leave(struct viewer *v)
{
    if (v->state == CLOSED)
        return;
    if (v->state == OPEN) {
        open_now--;
        delivered_open -= v->received;
    }
    v->state = CLOSED;
    close(v->fd);
    free(v->rest);
    v->rest = NULL;
    v->rest_len = 0;
}

static void lost(struct viewer *v, const char *why)
{
    if (v->state == OPEN) {
        closed_by_server++;
    } else if (v->state != CLOSED) {
        failed++;
        pending--;
        if (!failure[0])
            snprintf(failure, sizeof failure, "%s", why);
    }
    leave(v);
}

static void arrived(struct viewer *v)
{
    v->state = OPEN;
    v->entered = true;
    connected++;
    pending--;
    open_now++;
}

static void start_one(void)
{
    uint32_t i = started++;
    struct viewer *v = &viewers[i];
    v->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    pending++;
    v->state = CONNECTING;
    if (v->fd < 0) {
        v->fd = -1;
        lost(v, strerror(errno));
        return;
    }
    /* Ports are found at connect, per pair of addresses, so that each source has all its ports for each target. A reset at
     * the end leaves none of them waiting for a minute. */
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(to.first_source + i % SOURCES)};
    setsockopt(v->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &(int){1}, sizeof(int));
    setsockopt(v->fd, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1, .l_linger = 0}, sizeof(struct linger));
    if (bind(v->fd, (struct sockaddr *)&from, sizeof from) < 0) {
        lost(v, strerror(errno));
        return;
    }
    struct sockaddr_in *target = &to.targets[i / SOURCES % (uint32_t)to.ports];
    if (connect(v->fd, (struct sockaddr *)target, sizeof *target) < 0 && errno != EINPROGRESS) {
        lost(v, strerror(errno));
        return;
    }
    struct epoll_event event = {.events = EPOLLOUT, .data.u32 = i};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, v->fd, &event) < 0)
        die("load: epoll_ctl: %s", strerror(errno));
}

static void handshake(struct viewer *v)
{
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(v->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error) {
        lost(v, strerror(error));
        return;
    }
    if (send(v->fd, to.request, to.request_len, MSG_NOSIGNAL) != (ssize_t)to.request_len) {
        lost(v, "the handshake could not be sent");
        return;
    }
    v->state = HANDSHAKE;
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)(v - viewers)};
    epoll_ctl(epoll_fd, EPOLL_CTL_MOD, v->fd, &event);
}

/* ---- what a viewer gets ---- */

static bool is_missing(const struct viewer *v, uint32_t i)
{
    return v->missing && v->missing[i / 8] >> (i % 8) & 1;
}

/* Line `i` came whole to `v`: the one that was due, one too early, or one again. */
static void deliver(struct viewer *v, uint32_t i, uint64_t now)
{
    if (i > v->next) {
        if (!v->missing)
            v->missing = need(calloc((count + 7) / 8, 1));
        for (uint32_t j = v->next; j < i; j++)
            v->missing[j / 8] |= (uint8_t)(1 << j % 8);
    } else if (i < v->next) {
        if (!is_missing(v, i)) {
            doubled++;
            return;
        }
        v->missing[i / 8] &= (uint8_t)~(1 << i % 8);
        disordered++;
    }
    if (i >= v->next)
        v->next = i + 1;
    struct line *l = &lines[i];
    uint64_t took = now > l->published ? now - l->published : 0;
    l->delivered++;
    l->last = now;
    histogram[bucket(took)]++;
    if (took > latency_max)
        latency_max = took;
    last_arrival = now;
    v->received++;
    delivered++;
    delivered_open++;
}

/* Give the place in the common order of a line's number; the first viewer to get it decides. */
static uint32_t place(uint32_t number)
{
    uint32_t *found = &place_of[number - first];
    if (!*found)
        *found = strict_order ? number - first + 1 : ++known;
    return *found - 1;
}

/* A message with a line in it, or not: `frame` is the whole of it as it came. */
static void message(struct viewer *v, const char *frame, size_t len, uint64_t now)
{
    size_t begin = len < 80 ? len : 80;
    bool snapshot = memmem(frame, begin, "snapshot", 8);
    if (snapshot || memmem(frame, begin, "\"resumed\"", 9)) {
        if (v->state == FIRST)
            arrived(v);
        else if (snapshot)
            resnapshots++;
        else
            other++;
        return;
    }
    const char *mark = memmem(frame, len, MAGIC, sizeof MAGIC - 1);
    if (!mark) {
        other++;
        return;
    }
    const char *digits = mark + sizeof MAGIC - 1;
    uint64_t number = 0, published = 0, padding = 0, sum = 0;
    size_t left = len - (size_t)(digits - frame);
    if (left < DIGITS || !hex(digits, 8, &number) || !hex(digits + 8, 16, &published) || !hex(digits + 24, 4, &padding) ||
        !hex(digits + 28, 8, &sum) || left - DIGITS < padding ||
        crc32_of(crc32_of(0, digits, 28), digits + DIGITS, padding) != sum) {
        damaged++;
        return;
    }
    if (number < first || number - first >= count || v->state != OPEN) {
        stray++;
        return;
    }
    uint32_t i = place((uint32_t)number);
    struct line *l = &lines[i];
    if (!l->len) {
        l->frame = need(malloc(len));
        memcpy(l->frame, frame, len);
        l->len = (uint32_t)len;
        l->published = published;
        if (!first_publish || published < first_publish)
            first_publish = published;
    }
    deliver(v, i, now);
}

static void pong(struct viewer *v, const char *payload, size_t len)
{
    char frame[2 + 4 + 125] = {(char)0x8A, (char)(0x80 | len)}; /* the mask is 0 */
    memcpy(frame + 6, payload, len);
    if (send(v->fd, frame, 6 + len, MSG_NOSIGNAL) < 0)
        lost(v, strerror(errno));
}

/* Take one WebSocket frame from what came; give its length, 0 if it is not complete. */
static size_t take_frame(struct viewer *v, const char *data, size_t len, uint64_t now)
{
    if (len < 2)
        return 0;
    uint8_t one = (uint8_t)data[0], two = (uint8_t)data[1];
    size_t head = two < 126 ? 2 : two == 126 ? 4 : 10;
    if (len < head)
        return 0;
    uint64_t size = two;
    if (head > 2) {
        size = 0;
        for (size_t i = 2; i < head; i++)
            size = size << 8 | (uint8_t)data[i];
    }
    bool control = one & 8;
    if (two & 0x80 || one & 0x70 || !(one & 0x80) || size > REST_MOST - 16 || (control && size > 125)) {
        broken++; /* masked, compressed, in pieces or too long: none of it was agreed on */
        lost(v, "a frame that is none");
        return len;
    }
    if (len < head + size)
        return 0;
    switch (one & 15) {
    case 1:
    case 2:
        message(v, data, head + size, now);
        break;
    case 8:
        lost(v, "closed by the server");
        break;
    case 9:
        pong(v, data + head, size);
        break;
    case 10:
        break;
    default:
        broken++;
    }
    return head + size;
}

static size_t take_event(struct viewer *v, const char *data, size_t len, uint64_t now)
{
    const char *end = memmem(data, len, "\n\n", 2);
    if (!end)
        return 0;
    size_t size = (size_t)(end - data) + 2;
    if (data[0] == ':' || data[0] == '\n')
        other++;
    else
        message(v, data, size, now);
    return size;
}

/* Take the chunks' sizes out of what came, in place; give what is left, -1 at the end of the body. */
static ssize_t unchunk(struct viewer *v, char *data, size_t len)
{
    char *to_here = data;
    for (size_t i = 0; i < len;) {
        if (v->chunk == DATA) {
            size_t part = len - i < v->left ? len - i : v->left;
            memmove(to_here, data + i, part);
            to_here += part;
            i += part;
            v->left -= (uint32_t)part;
            if (!v->left)
                v->chunk = END;
            continue;
        }
        char c = data[i++];
        if (v->chunk == END) { /* CR LF after the data */
            if (c == '\n')
                v->chunk = SIZE;
        } else if (c == '\n') {
            if (!v->left)
                return -1;
            v->chunk = DATA;
        } else if (c != '\r') {
            int digit = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
            if (digit < 0)
                return -1;
            v->left = v->left << 4 | (uint32_t)digit;
        }
    }
    return to_here - data;
}

/* Read the answer to the handshake; give where it ends, 0 if it is not complete or not what it should be. */
static size_t take_answer(struct viewer *v, char *data, size_t len)
{
    char *end = memmem(data, len, "\r\n\r\n", 4);
    if (!end)
        return 0;
    *end = '\0';
    bool good = to.sse ? !strncmp(data, "HTTP/1.1 200", 12) : !strncmp(data, "HTTP/1.1 101", 12) && strstr(data, ACCEPT);
    if (!good) {
        data[strcspn(data, "\r")] = '\0';
        lost(v, data);
        return 0;
    }
    v->chunk = to.sse && strcasestr(data, "transfer-encoding: chunked") ? SIZE : PLAIN;
    v->left = 0;
    if (want_snapshot)
        v->state = FIRST;
    else
        arrived(v);
    return (size_t)(end - data) + 4;
}

static void keep_rest(struct viewer *v, const char *data, size_t len)
{
    if (len > REST_MOST) {
        broken++;
        lost(v, "a message without end");
        return;
    }
    if (len != v->rest_len) {
        v->rest = len ? need(realloc(v->rest, len)) : (free(v->rest), NULL);
        v->rest_len = (uint32_t)len;
    }
    if (len)
        memcpy(v->rest, data, len);
}

static void readable(struct viewer *v)
{
    if (v->rest_len)
        memcpy(buffer, v->rest, v->rest_len);
    char *fresh = buffer + v->rest_len, *data = buffer;
    ssize_t got = recv(v->fd, fresh, BUFFER, 0);
    if (got <= 0) {
        if (got == 0 || (errno != EAGAIN && errno != EINTR))
            lost(v, got ? strerror(errno) : "closed by the server");
        return;
    }
    uint64_t now = now_ns();
    size_t len = v->rest_len + (size_t)got;
    if (v->state == HANDSHAKE) {
        size_t head = take_answer(v, buffer, len);
        if (v->state == CLOSED)
            return;
        if (!head) {
            keep_rest(v, buffer, len);
            return;
        }
        fresh = data = buffer + head;
        len -= head;
        got = (ssize_t)len;
    }
    if (v->chunk != PLAIN) {
        got = unchunk(v, fresh, (size_t)got);
        if (got < 0) {
            lost(v, "the stream ended");
            return;
        }
        len = (size_t)(fresh - data) + (size_t)got;
    }
    while (len && v->state != CLOSED) {
        struct line *due = v->next < count && v->state == OPEN ? &lines[v->next] : NULL;
        size_t taken;
        if (due && due->len && due->len <= len && !memcmp(data, due->frame, due->len)) {
            taken = due->len;
            deliver(v, v->next, now);
        } else {
            taken = to.sse ? take_event(v, data, len, now) : take_frame(v, data, len, now);
            if (!taken)
                break;
        }
        data += taken;
        len -= taken;
    }
    if (v->state != CLOSED)
        keep_rest(v, data, len);
}

/* ---- what it is told ---- */

static void say_connected(void)
{
    connecting = false;
    printf("{\"connected\": %u, \"failed\": %u, \"seconds\": %.4f, \"failure\": \"%s\"}\n", connected,
           failed + (wanted - started) + pending, 1e-9 * (double)(now_ns() - connect_began), failure);
    fflush(stdout);
}

static void command_connect(uint32_t n, uint32_t most, bool snapshot, double seconds)
{
    viewers = need(calloc(n, sizeof *viewers));
    wanted = n;
    at_once = most;
    want_snapshot = snapshot;
    connecting = true;
    connect_began = now_ns();
    connect_deadline = connect_began + (uint64_t)(seconds * 1e9);
}

static void command_expect(uint32_t from, uint32_t number, bool strict)
{
    for (uint32_t i = 0; i < count; i++)
        free(lines[i].frame);
    free(lines);
    free(place_of);
    first = from;
    count = number;
    known = 0;
    strict_order = strict;
    lines = need(calloc(count, sizeof *lines));
    place_of = need(calloc(count, sizeof *place_of));
    for (uint32_t i = 0; i < started; i++) {
        viewers[i].next = viewers[i].received = 0;
        viewers[i].entered = viewers[i].state == OPEN;
        free(viewers[i].missing);
        viewers[i].missing = NULL;
    }
    memset(histogram, 0, sizeof histogram);
    delivered = delivered_open = doubled = disordered = damaged = stray = resnapshots = closed_by_server = broken = other = 0;
    latency_max = first_publish = last_arrival = 0;
    cpu_began = cpu_seconds();
    printf("{\"expecting\": %u}\n", count);
    fflush(stdout);
}

static void say_report(void)
{
    reporting = false;
    uint64_t missed = 0;
    for (uint32_t i = 0; i < started; i++) {
        struct viewer *v = &viewers[i];
        if (!v->entered)
            continue;
        missed += count - v->next;
        for (uint32_t j = 0; j < v->next; j++)
            missed += is_missing(v, j);
    }
    printf("{\"open\": %u, \"delivered\": %lu, \"lost\": %lu, \"doubled\": %lu, \"disordered\": %lu, \"damaged\": %lu, ", open_now,
           delivered, missed, doubled, disordered, damaged);
    printf("\"stray\": %lu, \"snapshots\": %lu, \"closed\": %lu, \"broken\": %lu, \"other\": %lu, ", stray, resnapshots,
           closed_by_server, broken, other);
    printf("\"first_publish\": %lu, \"last_arrival\": %lu, \"latency_max\": %lu, \"cpu\": %.4f, ", first_publish, last_arrival,
           latency_max, cpu_seconds() - cpu_began);
    printf("\"lines\": [");
    for (uint32_t i = 0; i < count; i++)
        printf("%s[%lu, %lu, %u]", i ? ", " : "", lines[i].published, lines[i].last, lines[i].delivered);
    printf("], \"histogram\": [");
    for (unsigned b = 0, written = 0; b < BUCKETS; b++)
        if (histogram[b])
            printf("%s[%lu, %lu]", written++ ? ", " : "", bucket_middle(b), histogram[b]);
    printf("]}\n");
    fflush(stdout);
}

static void command(char *text)
{
    unsigned n, most;
    char word[16];
    double seconds, more;
    if (sscanf(text, "connect %u %u %15s %lf", &n, &most, word, &seconds) == 4 && !viewers && n && most)
        command_connect(n, most, !strcmp(word, "snapshot"), seconds);
    else if (sscanf(text, "expect %u %u %15s", &n, &most, word) == 3 && most)
        command_expect(n, most, !strcmp(word, "strict"));
    else if (sscanf(text, "report %lf %lf", &seconds, &more) == 2) {
        reporting = true;
        complete = false;
        report_deadline = now_ns() + (uint64_t)(seconds * 1e9);
        grace = (uint64_t)(more * 1e9);
    } else
        die("load: what is \"%s\"?", text);
}

static void read_commands(void)
{
    static char text[1024];
    static size_t len;
    ssize_t got = read(STDIN_FILENO, text + len, sizeof text - 1 - len);
    if (got <= 0)
        exit(0);
    len += (size_t)got;
    text[len] = '\0';
    for (char *end; (end = strchr(text, '\n'));) {
        *end = '\0';
        command(text);
        len -= (size_t)(end + 1 - text);
        memmove(text, end + 1, len + 1);
    }
}

static void go_on(void)
{
    if (connecting) {
        while (started < wanted && pending < at_once)
            start_one();
        if (connected + failed == wanted || now_ns() > connect_deadline)
            say_connected();
    }
    if (reporting) {
        uint64_t now = now_ns();
        if (!complete && delivered_open >= (uint64_t)count * open_now) {
            complete = true;
            complete_at = now;
        }
        if ((complete && now >= complete_at + grace) || now >= report_deadline)
            say_report();
    }
}

static void set_up(int argc, char **argv)
{
    if (argc < 5)
        die("usage: load HOST PORT[,PORT…] PATH ws|sse [FIRST-SOURCE]");
    to.sse = !strcmp(argv[4], "sse");
    struct in_addr source;
    if (!inet_aton(argc > 5 ? argv[5] : "127.0.1.1", &source))
        die("load: %s is no address", argv[5]);
    to.first_source = ntohl(source.s_addr);
    for (char *port = strtok(argv[2], ","); port && to.ports < PORTS_MOST; port = strtok(NULL, ",")) {
        struct sockaddr_in *target = &to.targets[to.ports++];
        target->sin_family = AF_INET;
        target->sin_port = htons((uint16_t)atoi(port));
        if (!inet_aton(argv[1], &target->sin_addr) || ntohl(target->sin_addr.s_addr) >> 24 != 127)
            die("load: %s is not on this machine; it loads loopback addresses alone", argv[1]);
    }
    const char *asks = to.sse ? "Accept: text/event-stream\r\n"
                              : "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " KEY "\r\n";
    to.request_len = (size_t)snprintf(to.request, sizeof to.request, "GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", argv[3], argv[1], asks);
    if (to.request_len >= sizeof to.request)
        die("load: the path is too long");
    make_crc_table();
}

int main(int argc, char **argv)
{
    set_up(argc, argv);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = UINT32_MAX}, events[512];
    if (epoll_fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, STDIN_FILENO, &event) < 0)
        die("load: standard input must be a pipe: %s", strerror(errno));
    for (;;) {
        int ready = epoll_wait(epoll_fd, events, 512, connecting || reporting ? 1 : -1);
        for (int i = 0; i < ready; i++) {
            uint32_t which = events[i].data.u32;
            if (which == UINT32_MAX)
                read_commands();
            else if (viewers[which].state == CONNECTING)
                handshake(&viewers[which]);
            else if (viewers[which].state != CLOSED)
                readable(&viewers[which]);
        }
        go_on();
    }
}
