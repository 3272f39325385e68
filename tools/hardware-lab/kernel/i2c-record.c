// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * An I2C bus without hardware: whatever i2c-dev writes to an address that is present is recorded, and /dev/i2c-record gives it back as
 * lines of text ("27: 0c 08"). Writing "+27" or "-27" to /dev/i2c-record plugs a device in or out; an absent address does not acknowledge (ENXIO).
 * Reads from a present device give the byte that was last written to it, as the PCF8574 port expander does.
 */
#include <linux/i2c.h>
#include <linux/init.h>
#include <linux/kfifo.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/uaccess.h>

#define ADDRESSES 128

static DEFINE_MUTEX(lock);
static DEFINE_KFIFO(recorded, char, 1 << 18);
static bool present[ADDRESSES];
static u8 last_byte[ADDRESSES];

static void record(const struct i2c_msg *msg)
{
	char text[8];
	int i, n;

	n = scnprintf(text, sizeof(text), "%02x:", msg->addr);
	kfifo_in(&recorded, text, n);
	for (i = 0; i < msg->len; i++) {
		n = scnprintf(text, sizeof(text), " %02x", msg->buf[i]);
		kfifo_in(&recorded, text, n);
	}
	kfifo_in(&recorded, "\n", 1);
	if (msg->len > 0)
		last_byte[msg->addr] = msg->buf[msg->len - 1];
}

static int record_xfer(struct i2c_adapter *adapter, struct i2c_msg *msgs, int num)
{
	int i;

	mutex_lock(&lock);
	for (i = 0; i < num; i++) {
		if (msgs[i].addr >= ADDRESSES || !present[msgs[i].addr]) {
			mutex_unlock(&lock);
			return -ENXIO;
		}
		if (msgs[i].flags & I2C_M_RD)
			memset(msgs[i].buf, last_byte[msgs[i].addr], msgs[i].len);
		else
			record(&msgs[i]);
	}
	mutex_unlock(&lock);
	return num;
}

static u32 record_functionality(struct i2c_adapter *adapter)
{
	return I2C_FUNC_I2C | I2C_FUNC_SMBUS_EMUL;
}

static const struct i2c_algorithm record_algorithm = {
	.master_xfer = record_xfer,
	.functionality = record_functionality,
};

static struct i2c_adapter record_adapter = {
	.owner = THIS_MODULE,
	.name = "recording bus",
	.algo = &record_algorithm,
};

static ssize_t record_read(struct file *file, char __user *to, size_t count, loff_t *pos)
{
	unsigned int copied = 0;
	int failed;

	mutex_lock(&lock);
	failed = kfifo_to_user(&recorded, to, count, &copied);
	mutex_unlock(&lock);
	return failed ? failed : copied;
}

static ssize_t record_write(struct file *file, const char __user *from, size_t count, loff_t *pos)
{
	char text[8] = "";
	unsigned int address;

	if (count == 0 || count >= sizeof(text) || copy_from_user(text, from, count))
		return -EINVAL;
	if (kstrtouint(strim(text + 1), 16, &address) || address >= ADDRESSES || (text[0] != '+' && text[0] != '-'))
		return -EINVAL;
	mutex_lock(&lock);
	present[address] = text[0] == '+';
	mutex_unlock(&lock);
	return count;
}

static const struct file_operations record_operations = {
	.owner = THIS_MODULE,
	.read = record_read,
	.write = record_write,
	.llseek = no_llseek,
};

static struct miscdevice record_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "i2c-record",
	.fops = &record_operations,
};

static int __init record_init(void)
{
	int failed = i2c_add_adapter(&record_adapter);

	return failed ? failed : misc_register(&record_device);
}
module_init(record_init);
MODULE_LICENSE("Dual MIT/GPL");
