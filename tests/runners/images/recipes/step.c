/* What the test recipes run in their build steps: an image FROM scratch has no shell. */
#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int writeFile(const char *path)
{
    FILE *file = fopen(path, "w");
    if (!file || fputs("made by a step\n", file) < 0)
        return 1;
    return fclose(file) == 0 ? 0 : 1;
}

/* 0 if there is a network: an interface beside lo, or a route to an address that nobody has. (Not /sys/class/net:
   podman without root's rights shows that of the host.) */
static int reachNetwork(void)
{
    struct if_nameindex *interfaces = if_nameindex();
    for (int i = 0; interfaces && interfaces[i].if_index != 0; ++i) {
        printf("interface %s\n", interfaces[i].if_name);
        if (strcmp(interfaces[i].if_name, "lo") != 0)
            return 0;
    }
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(9)};
    inet_pton(AF_INET, "192.0.2.1", &address.sin_addr);
    const int datagrams = socket(AF_INET, SOCK_DGRAM, 0);
    const int result = connect(datagrams, (struct sockaddr *)&address, sizeof address);
    perror("connect");
    return result == 0 ? 0 : 3;
}

static int failLoudly(void)
{
    for (int line = 1; line <= 40; ++line)
        printf("line %d\n", line);
    return 7;
}

int main(int count, char **arguments)
{
    const char *what = count > 1 ? arguments[1] : "";
    if (strcmp(what, "write") == 0 && count > 2)
        return writeFile(arguments[2]);
    if (strcmp(what, "network") == 0)
        return reachNetwork();
    if (strcmp(what, "fail") == 0)
        return failLoudly();
    if (strcmp(what, "sleep") == 0 && count > 2)
        return (int)sleep((unsigned)atoi(arguments[2]));
    return 1;
}
