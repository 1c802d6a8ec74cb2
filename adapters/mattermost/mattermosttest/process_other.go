//go:build !linux

package mattermosttest

import "syscall"

// dieWithUs has no counterpart here: a killed test binary leaves its servers behind.
func dieWithUs(*syscall.SysProcAttr) {}
