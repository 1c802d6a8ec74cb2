//go:build !linux

package bolt

func release(uintptr, int64) {}
