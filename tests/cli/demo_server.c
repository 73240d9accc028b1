/* The demo of the command line's tests, compiled statically into an image FROM scratch. What it does is its first word:
     serve           answers every request with 200 and "first light"
     serve-later MS  the same, with 503 until MS milliseconds have passed
     never           listens and says nothing
     deaf            does not listen at all
     die CODE        says why and ends
     illegal         dies as a program does that was made for another CPU
     hungry          takes memory until it is killed
     sleep SECONDS   for a build step
   and the last two words are where it listens: a unix socket's path and a TCP port, of which the path counts if it begins with /. */
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static int listenOnSocket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 64) != 0) {
        perror(path);
        exit(9);
    }
    return listener;
}

static int listenOnPort(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 64) != 0) {
        perror("listen");
        exit(9);
    }
    return listener;
}

static long long milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void serve(int listener, long long readyAt)
{
    for (;;) {
        const int client = accept(listener, NULL, NULL);
        char request[4096];
        if (client < 0 || read(client, request, sizeof request) <= 0) {
            close(client);
            continue;
        }
        const char *status = milliseconds() < readyAt ? "503 Service Unavailable" : "200 OK";
        dprintf(client, "HTTP/1.1 %s\r\nContent-Length: 11\r\nConnection: close\r\n\r\nfirst light", status);
        close(client);
    }
}

/* The real thing: the first process of a container ignores a signal that it sends to itself. */
static void runUnknownInstruction(void)
{
#if defined(__x86_64__)
    __asm__ volatile("ud2");
#elif defined(__aarch64__)
    __asm__ volatile(".inst 0");
#else
    *(volatile int *)0 = 0;
#endif
}

static void eatMemory(void)
{
    const size_t piece = 16u << 20;
    for (;;) {
        char *bytes = malloc(piece);
        if (bytes)
            memset(bytes, 1, piece);
    }
}

int main(int count, char **words)
{
    const char *what = count > 1 ? words[1] : "";
    const char *number = count > 2 ? words[2] : "0";
    signal(SIGTERM, _exit); /* the first process of a container has no default action for it */
    printf("demo: %s\nbuild: quick\n", what);
    fflush(stdout);
    if (strcmp(what, "sleep") == 0)
        return (int)sleep((unsigned)atoi(number));
    if (strcmp(what, "die") == 0) {
        fprintf(stderr, "demo: cannot open the stage door\n");
        return atoi(number);
    }
    if (strcmp(what, "illegal") == 0)
        runUnknownInstruction();
    if (strcmp(what, "hungry") == 0)
        eatMemory();
    if (strcmp(what, "deaf") == 0 || count < 4)
        for (;;)
            pause();
    const char *path = words[count - 2];
    const int listener = path[0] == '/' ? listenOnSocket(path) : listenOnPort(atoi(words[count - 1]));
    if (strcmp(what, "never") == 0)
        for (;;)
            accept(listener, NULL, NULL);
    serve(listener, milliseconds() + (strcmp(what, "serve-later") == 0 ? atoi(number) : 0));
}
