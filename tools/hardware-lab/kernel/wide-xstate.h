/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The host wants a process's extended registers set whole, and with AMX they are longer than User-Mode-Linux keeps (2696 bytes, up to and
 * with the protection keys). What is beyond is never used inside, since a process must ask for it: it is set to zero.
 */
#define WHOLE_XSTATE 65536

static char whole_xstate[WHOLE_XSTATE] __attribute__((aligned(64)));
static unsigned long whole_xstate_bytes;

static long get_xstate(int pid, struct iovec *kept)
{
	struct iovec whole = { .iov_base = whole_xstate, .iov_len = WHOLE_XSTATE };

	if (ptrace(PTRACE_GETREGSET, pid, NT_X86_XSTATE, &whole) < 0)
		return -1;
	whole_xstate_bytes = whole.iov_len;
	if (kept->iov_len > whole.iov_len)
		kept->iov_len = whole.iov_len;
	__builtin_memcpy(kept->iov_base, whole_xstate, kept->iov_len);
	return 0;
}

static long set_xstate(int pid, struct iovec *kept)
{
	struct iovec whole = { .iov_base = whole_xstate, .iov_len = whole_xstate_bytes };

	if (kept->iov_len > whole.iov_len)
		kept->iov_len = whole.iov_len;
	__builtin_memcpy(whole_xstate, kept->iov_base, kept->iov_len);
	__builtin_memset(whole_xstate + kept->iov_len, 0, whole.iov_len - kept->iov_len);
	return ptrace(PTRACE_SETREGSET, pid, NT_X86_XSTATE, &whole);
}
