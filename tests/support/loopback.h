/* A listening socket for a test's own server. */
#ifndef LOOPBACK_H
#define LOOPBACK_H

/* Listens on 127.0.0.1 at a port of the system's choice, which *port receives. -1 on failure. */
int loopback_listen(int *port);

#endif
