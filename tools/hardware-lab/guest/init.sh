#!/bin/busybox sh
# The first process inside the kernel. The host's files are the root, read-only; LAB_WORK is the one folder that can be written, by hostfs.
# Runs the suite LAB_SUITE with LAB_NODE and switches the machine off; `ended` then holds the suite's exit code.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
b=/bin/busybox
$b mount -t proc proc /proc
$b mount -t sysfs sysfs /sys
$b mount -t configfs configfs /sys/kernel/config
$b mount -t debugfs debugfs /sys/kernel/debug
$b mkdir -p /dev/pts /dev/shm
$b mount -t devpts devpts /dev/pts
memory='/dev/shm /run /tmp /var/lib/bluetooth /root'
for folder in $memory; do [ -d $folder ] && $b mount -t tmpfs tmpfs $folder; done
# a clone or a Node.js that lies where memory is mounted now is put back there
for folder in "$LAB_HOUSE" "$LAB_NODE_HOME"; do
  for hidden in $memory; do
    case "$folder" in
      "$hidden"/*) $b mkdir -p "$folder" && $b mount -t hostfs -o "ro,$folder" none "$folder" ;;
    esac
  done
done
$b mkdir -p "$LAB_WORK"
$b mount -t hostfs -o "$LAB_WORK" none "$LAB_WORK"
$b ip link set lo up
$b hostname hardware-lab
export HOME=/tmp XDG_RUNTIME_DIR=/run LANG=C.UTF-8 NODE_NO_WARNINGS=1
"$LAB_NODE" "$LAB_MAIN" "$LAB_SUITE" "$LAB_WORK" </dev/null
code=$?
[ -f "$LAB_WORK/ended" ] || echo $code >"$LAB_WORK/ended"
$b sync
$b poweroff -f
