"""Another user's sockets: HOST PORT TO PORT SOURCE WAY. Listens on HOST and PORT, prints the port, and relays bytes
between each connection and TO, from SOURCE if given; prints "accepted" for each. WAY is one of:
"relay": an ordinary connection;
"mptcp": a multipath connection, which has two sockets;
"device": a socket bound to the device lo;
"close", "reset": reads no response, and ends its connection this way once everything is sent;
"hidden": no process holds an accepted connection until a second line arrives.
A line on standard input closes the listener but no connection."""
import socket, struct, sys, threading

host, port, to, to_port, source, way = sys.argv[1:]
listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
if host == "::":
    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
listener.bind((host, int(port)))
listener.listen()
hidden = []


def connect():
    if way == "mptcp":
        far = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
        far.connect((to, int(to_port)))
        return far
    if way == "device":
        far = socket.socket(socket.AF_INET6 if ":" in to else socket.AF_INET)
        far.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
        far.connect((to, int(to_port)))
        return far
    return socket.create_connection((to, int(to_port)), None, (source, 0) if source else None)


def carry(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def hide(near):
    here, there = socket.socketpair()
    socket.send_fds(here, [b"."], [near.fileno()])
    near.close()
    hidden.append(there)


def found():
    for there in hidden:
        _, [near], *_ = socket.recv_fds(there, 1, 1)
        yield socket.socket(fileno=near)


def start(near):
    threading.Thread(target=serve, args=(near,), daemon=True).start()


def serve(near):
    far = connect()
    if way not in ("close", "reset"):
        threading.Thread(target=carry, args=(far, near), daemon=True).start()
        return carry(near, far)
    while data := near.recv(65536):
        far.sendall(data)
    if way == "reset":
        far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    far.close()
    near.close()


def accept():
    while True:
        try:
            near, _ = listener.accept()
        except OSError:
            return
        (hide if way == "hidden" else start)(near)
        print("accepted", flush=True)


threading.Thread(target=accept, daemon=True).start()
print(listener.getsockname()[1], flush=True)
sys.stdin.readline()
# Wakes the accepting thread, which closing alone does not do.
listener.shutdown(socket.SHUT_RDWR)
listener.close()
print("closed", flush=True)
sys.stdin.readline()
for near in found():
    start(near)
sys.stdin.read()
