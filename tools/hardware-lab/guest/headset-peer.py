"""A headset's RFCOMM socket: headset-peer.py OWN-ADDRESS PHONE-ADDRESS CHANNEL. Each line of standard input, a JSON text, is sent as it
is; each line that comes is printed as a JSON text. Prints "connected" first, and "closed" with the reason at the end."""
import json
import socket
import sys
import threading
import time

own, phone, channel = sys.argv[1], sys.argv[2], int(sys.argv[3])
say = lambda kind, text="": print(json.dumps([kind, text]), flush=True)

for attempt in range(30):
    headset = socket.socket(socket.AF_BLUETOOTH, socket.SOCK_STREAM, socket.BTPROTO_RFCOMM)
    headset.bind((own, 0))
    try:
        headset.connect((phone, channel))
        break
    except OSError as error:  # the phone's profile may not be registered yet
        say("refused", str(error))
        headset.close()
        time.sleep(0.5)
else:
    say("closed", "never connected")
    sys.exit(1)
say("connected")


def speak():
    for line in sys.stdin:
        headset.sendall(json.loads(line).encode("latin1"))
    headset.close()


threading.Thread(target=speak, daemon=True).start()
rest = b""
try:
    while True:
        chunk = headset.recv(4096)
        if not chunk:
            break
        rest += chunk
        *lines, rest = rest.replace(b"\n", b"\r").split(b"\r")
        for line in lines:
            if line:
                say("line", line.decode("latin1"))
    say("closed", "end")
except OSError as error:
    say("closed", str(error))
