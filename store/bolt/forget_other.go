//go:build !linux || !(amd64 || arm64)

package bolt

import "os"

// forgetPages cannot be done here.
func forgetPages(*os.File) {}
