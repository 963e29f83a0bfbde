"""Another user's sockets: HOST PORT TO_HOST TO_PORT END. Listens on HOST and PORT, prints the port, and carries bytes
between each connection and TO_HOST. END is "relay", or how a connection ends once all is sent and nothing was read:
"close" or "reset". A line on standard input closes the listener and no connection."""
import socket, struct, sys, threading

host, port, to_host, to_port, end = sys.argv[1:]
family = socket.AF_INET6 if ":" in host else socket.AF_INET
listener = socket.socket(family, socket.SOCK_STREAM)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
if host == "::":
    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
listener.bind((host, int(port)))
listener.listen()


def carry(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def serve(near):
    far = socket.create_connection((to_host, int(to_port)))
    if end == "relay":
        threading.Thread(target=carry, args=(far, near), daemon=True).start()
        return carry(near, far)
    while data := near.recv(65536):
        far.sendall(data)
    if end == "reset":
        far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    far.close()
    near.close()


def accept():
    while True:
        try:
            near, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=serve, args=(near,), daemon=True).start()


threading.Thread(target=accept, daemon=True).start()
print(listener.getsockname()[1], flush=True)
sys.stdin.readline()
# Wakes who accepts, which closing alone does not.
listener.shutdown(socket.SHUT_RDWR)
listener.close()
print("closed", flush=True)
sys.stdin.read()
