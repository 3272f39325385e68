#!/bin/sh
# build.sh TARBALL FOLDER: makes FOLDER/linux.uml, a User-Mode-Linux kernel, from a tarball of Debian's kernel source.
set -eu
tarball=$1
folder=$2
recipe=$(cd "$(dirname "$0")" && pwd)
cd "$folder"
mkdir source build
tar xf "$tarball" -C source --strip-components=1
cd source

# ALSA is fenced off for User-Mode-Linux in Kconfig, though it works there once PCI over virtio gives it its IO functions.
sed -i 's/^if !UML$/if UML || !UML/' sound/Kconfig
cp "$recipe/i2c-record.c" drivers/i2c/
echo 'obj-$(CONFIG_I2C) += i2c-record.o' >>drivers/i2c/Makefile

# An open-drain output that lets go is an input to gpio-sim, and kept the level that it was driven to: a wire has that of its resistor then.
sed -i 's/__set_bit(offset, chip->direction_map);/&\n\t__assign_bit(offset, chip->value_map, !!test_bit(offset, chip->pull_map));/' \
  drivers/gpio/gpio-sim.c

# A host with AMX has more registers than this kernel expects.
registers=arch/x86/um/os-Linux/registers.c
cp "$recipe/wide-xstate.h" arch/x86/um/os-Linux/
sed -i -e 's|^#include <registers.h>|&\n#include "wide-xstate.h"|' \
  -e 's/ptrace(PTRACE_\([GS]\)ETREGSET, pid, NT_X86_XSTATE, /\1ETXSTATE(pid, /' \
  -e 's/GETXSTATE/get_xstate/; s/SETXSTATE/set_xstate/' $registers

make -s ARCH=um O=../build allnoconfig
scripts/kconfig/merge_config.sh -m -O ../build ../build/.config "$recipe/kernel.config" >/dev/null
make -s ARCH=um O=../build olddefconfig
# What the suites need must have survived the merge: an option that Kconfig dropped would fail far from here.
for option in SND_ALOOP GPIO_SIM UHID INPUT_UINPUT HIDRAW BT_HCIVHCI BT_RFCOMM I2C_CHARDEV HOSTFS CONFIGFS_FS; do
  grep -qx "CONFIG_$option=y" ../build/.config || { echo "CONFIG_$option cannot be had with this source" >&2; exit 1; }
done
make ARCH=um O=../build -j"$(nproc)" linux
strip -o ../linux.uml ../build/linux
