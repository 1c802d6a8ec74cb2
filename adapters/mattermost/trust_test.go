package mattermost

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

// signer is a server's key with the trust that knows it.
type signer struct {
	key   *ecdsa.PrivateKey
	now   time.Time
	reads int
	err   error
	trust trust
}

func newSigner(t *testing.T) *signer {
	t.Helper()
	s := &signer{now: time.Now()}
	s.turn(t)
	s.trust = trust{now: func() time.Time { return s.now }, fetch: func(context.Context) (*ecdsa.PublicKey, error) {
		s.reads++
		return &s.key.PublicKey, s.err
	}}
	return s
}

// turn gives the server another key.
func (s *signer) turn(t *testing.T) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	s.key = key
}

func (s *signer) trigger(t *testing.T, user string) string {
	t.Helper()
	_, id, err := model.GenerateTriggerId(user, s.key)
	require.Nil(t, err)
	return id
}

func TestTrigger(t *testing.T) {
	t.Parallel()
	s := newSigner(t)
	id := s.trigger(t, "ana")
	tr, err := s.trust.check(t.Context(), id, "ana")
	require.NoError(t, err)
	require.WithinDuration(t, s.now, tr.at, time.Minute)
	require.NoError(t, s.trust.spend(tr))
	require.Error(t, s.trust.spend(tr), "a trigger is good once")
	_, err = s.trust.check(t.Context(), id, "ben")
	require.Error(t, err)
	for _, bad := range []string{"", "!", "YWJj", id[:len(id)-8], "YTpiOmM6ZA==", "YTpiOjE6IQ=="} {
		_, err = s.trust.check(t.Context(), bad, "ana")
		require.Error(t, err, bad)
	}
}

func TestTriggerAge(t *testing.T) {
	t.Parallel()
	s := newSigner(t)
	id := s.trigger(t, "ana")
	start := s.now
	for age, fine := range map[time.Duration]bool{
		0: true, triggerLife - 5*time.Second: true, triggerLife + 5*time.Second: false,
		-clockSkew + 5*time.Second: true, -clockSkew - 5*time.Second: false,
	} {
		s.now = start.Add(age)
		_, err := s.trust.check(t.Context(), id, "ana")
		require.Equal(t, fine, err == nil, "%s: %v", age, err)
	}
}

// A server with a new key is believed soon, and somebody without any key cannot make us ask all the time.
func TestTriggerKeyChange(t *testing.T) {
	t.Parallel()
	s := newSigner(t)
	_, err := s.trust.check(t.Context(), s.trigger(t, "ana"), "ana")
	require.NoError(t, err)
	s.turn(t)
	id := s.trigger(t, "ana")
	_, err = s.trust.check(t.Context(), id, "ana")
	require.Error(t, err, "the key was read only just")
	for range 5 {
		_, _ = s.trust.check(t.Context(), id, "ana")
	}
	require.Equal(t, 1, s.reads)
	s.now = s.now.Add(keyRest + time.Second)
	_, err = s.trust.check(t.Context(), id, "ana")
	require.NoError(t, err)
	require.Equal(t, 2, s.reads)
}

func TestTriggerWithoutKey(t *testing.T) {
	t.Parallel()
	s := newSigner(t)
	s.err = errors.New("no network")
	_, err := s.trust.check(t.Context(), s.trigger(t, "ana"), "ana")
	require.ErrorIs(t, err, s.err)
	var d *distrust
	require.NotErrorAs(t, err, &d, "trouble of ours is no accusation")
}

func FuzzTrigger(f *testing.F) {
	f.Add("YTpiOjE6YWJj")
	f.Add("")
	f.Fuzz(func(t *testing.T, id string) {
		tr, signed, _, err := parseTrigger(id)
		if err == nil {
			require.Contains(t, signed, tr.nonce+":"+tr.user+":")
		}
	})
}

func TestNonces(t *testing.T) {
	t.Parallel()
	var n nonces
	now := time.Unix(1000, 0)
	require.True(t, n.take("a", now, now.Add(time.Minute)))
	require.False(t, n.take("a", now, now.Add(time.Minute)))
	require.True(t, n.take("b", now, now.Add(time.Minute)))
	n.release("b")
	require.True(t, n.take("b", now, now.Add(time.Hour)))
	later := now.Add(10 * time.Minute)
	require.True(t, n.take("a", later, later.Add(time.Minute)), "what is over is forgotten")
	require.False(t, n.take("b", later, later.Add(time.Minute)))
	require.Len(t, n.used, 2)
}

func TestSealer(t *testing.T) {
	t.Parallel()
	s, other := newSealer("secret"), newSealer("another")
	require.True(t, s.signed(s.sign("button", "a", "b"), "button", "a", "b"))
	for _, parts := range [][]string{{"ab", ""}, {"a", "b", ""}, {"a"}, {"a", "c"}} {
		require.False(t, s.signed(s.sign("button", "a", "b"), "button", parts...), "%q", parts)
	}
	require.False(t, s.signed(s.sign("button", "a"), "form", "a"))
	require.False(t, other.signed(s.sign("button", "a"), "button", "a"))
	require.True(t, newSealer("secret").signed(s.sign("button", "a"), "button", "a"), "it is good after a restart")

	sealed, err := s.pack("form", map[string]int{"a": 1})
	require.NoError(t, err)
	var got map[string]int
	require.NoError(t, s.unpack("form", sealed, &got))
	require.Equal(t, 1, got["a"])
	for _, bad := range []string{"", ".", sealed + "x", "x" + sealed, sealed[:len(sealed)-1], "e30." + s.sign("form", "[]")} {
		require.ErrorIs(t, s.unpack("form", bad, &got), errSeal)
	}
	require.ErrorIs(t, s.unpack("other", sealed, &got), errSeal)

	require.Equal(t, newSealer("secret").pending("k"), s.pending("k"), "all tries have the same")
	require.NotEqual(t, s.pending("k"), other.pending("k"), "nobody else can tell it")
	one, another := nonce(), nonce()
	require.NotEqual(t, one, another)
	require.Len(t, one, 26)
}
