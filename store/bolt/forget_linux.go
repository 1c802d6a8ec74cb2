//go:build linux && (amd64 || arm64)

package bolt

import (
	"os"
	"syscall"
)

// fadvDontNeed is POSIX_FADV_DONTNEED of the kernel's include/uapi/linux/fadvise.h.
const fadvDontNeed = 4

func forgetPages(f *os.File) {
	_, _, _ = syscall.Syscall6(syscall.SYS_FADVISE64, f.Fd(), 0, 0, fadvDontNeed, 0, 0)
}
