# Runs a program for which link() and linkat() fail with EPERM, as they do on FAT, exFAT and some network shares: a seccomp
# filter, which the kernel applies to the program and all that it starts.
import ctypes, os, platform, struct, sys

CALLS = {'x86_64': [86, 265], 'aarch64': [37]}[platform.machine()]
LOAD_NUMBER, IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, FAIL = 0x7FFF0000, 0x00050000 | 1  # SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO with EPERM
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2

steps = [(LOAD_NUMBER, 0, 0, 0)]
steps += [(IF_EQUAL, len(CALLS) - i, 0, number) for i, number in enumerate(CALLS)]
steps += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, FAIL)]
program = ctypes.create_string_buffer(b''.join(struct.pack('HBBI', *step) for step in steps))
rules = struct.pack('HxxxxxxP', len(steps), ctypes.addressof(program))

libc = ctypes.CDLL(None, use_errno=True)
for call in [(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, rules)]:
    if libc.prctl(*call) != 0:
        sys.exit(os.strerror(ctypes.get_errno()))
os.execvp(sys.argv[1], sys.argv[1:])
