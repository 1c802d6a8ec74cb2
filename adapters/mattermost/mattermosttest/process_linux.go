package mattermosttest

import "syscall"

// dieWithUs makes the kernel kill the child when the test binary is gone, however it went.
func dieWithUs(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }
