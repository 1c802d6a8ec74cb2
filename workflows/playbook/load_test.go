package playbook

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryShippedPlaybookLoads(t *testing.T) {
	t.Parallel()
	require.Contains(t, Shipped(), "nexus-micro")
	for _, name := range Shipped() {
		book, err := Load(name)
		require.NoError(t, err)
		require.Equal(t, name, book.Name)
	}
}
