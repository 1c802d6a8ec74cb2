package mattermost

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"strings"
)

// sealer signs what goes through other people's hands and comes back: the context of a button, the state
// of a dialog. Its key follows from the config, so that what it signed is good after a restart.
type sealer struct{ key []byte }

func newSealer(secret string) sealer {
	mac := hmac.New(sha256.New, []byte("sitrep mattermost 1"))
	mac.Write([]byte(secret))
	return sealer{key: mac.Sum(nil)}
}

// sum is the signature over what for and these parts, each with its length before it, so that no two
// lists of parts are signed alike.
func (s sealer) sum(what string, parts ...string) []byte {
	mac := hmac.New(sha256.New, s.key)
	for _, part := range append([]string{what}, parts...) {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(part)))
		mac.Write(size[:])
		mac.Write([]byte(part))
	}
	return mac.Sum(nil)
}

// sign is the signature as text.
func (s sealer) sign(what string, parts ...string) string {
	return base64.RawURLEncoding.EncodeToString(s.sum(what, parts...))
}

// signed tells in constant time whether signature is the one over these parts.
func (s sealer) signed(signature, what string, parts ...string) bool {
	return subtle.ConstantTimeCompare([]byte(signature), []byte(s.sign(what, parts...))) == 1
}

var ids = base32.NewEncoding("ybndrfg8ejkmcpqxot1uwisza345h769").WithPadding(base32.NoPadding)

// pending is the pending_post_id of an action: the same for all its tries, so that the server itself
// recognises a second one for half a minute, and not to be guessed before the first.
func (s sealer) pending(key string) string {
	return ids.EncodeToString(s.sum("pending", key)[:16])
}

// nonce is a name nobody can guess.
func nonce() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return ids.EncodeToString(b[:])
}

var errSeal = errors.New("the seal is broken")

// pack writes v as JSON with its signature.
func (s sealer) pack(what string, v any) (string, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(body) + "." + s.sign(what, string(body)), nil
}

// unpack reads what pack wrote, after its signature was checked.
func (s sealer) unpack(what, sealed string, v any) error {
	text, signature, _ := strings.Cut(sealed, ".")
	body, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || !s.signed(signature, what, string(body)) {
		return errSeal
	}
	return json.Unmarshal(body, v)
}
