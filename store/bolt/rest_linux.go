package bolt

import "syscall"

// release tells the kernel that the mapped pages are not needed. They are clean and backed by the file, so
// they come back by themselves when somebody reads them. It is a hint: when it is refused nothing changes.
func release(data uintptr, size int64) {
	if data != 0 && size > 0 {
		_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, data, uintptr(size), syscall.MADV_DONTNEED)
	}
}
