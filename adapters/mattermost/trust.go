package mattermost

import (
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// distrust is why a callback is not believed, in words for the person who may have made it in good faith.
type distrust struct {
	log  string // for the operator: what did not hold
	tell string // for the person
}

func (d *distrust) Error() string { return d.log }

func doubt(log, tell string) *distrust { return &distrust{log: log, tell: tell} }

const (
	tellForged = "This did not come from Mattermost itself, so nothing was done. Please use the buttons and " +
		"commands in Mattermost."
	tellLate = "This took too long on its way, so nothing was done. Please try again."
	tellOnce = "This was done already. Please press or type it again if you meant it twice."
)

// trust checks the one thing in a callback that only the server can have made: the trigger id, which
// carries a signature over a nonce, the user and the time.
type trust struct {
	now   func() time.Time
	fetch func(context.Context) (*ecdsa.PublicKey, error)
	seen  nonces

	mu      sync.Mutex
	key     *ecdsa.PublicKey
	fetched time.Time
}

// How far a trigger's time may be from ours. The server lets a trigger live for 30 seconds; the rest is
// for clocks that do not agree.
const (
	triggerLife = 90 * time.Second
	clockSkew   = 60 * time.Second
	// keyRest is how long a key is good before a signature that does not fit makes us read it again.
	keyRest = 30 * time.Second
)

// trigger is what a verified trigger id says.
type trigger struct {
	nonce string
	user  string
	at    time.Time
}

// check verifies a trigger id and that user is the one it was made for. It does not spend it.
func (t *trust) check(ctx context.Context, id, user string) (trigger, error) {
	tr, signed, signature, err := parseTrigger(id)
	if err != nil {
		return tr, doubt(err.Error(), tellForged)
	}
	ok, err := t.verify(ctx, signed, signature)
	if err != nil {
		return tr, err
	}
	if !ok {
		return tr, doubt("trigger is not signed by the server", tellForged)
	}
	if subtle.ConstantTimeCompare([]byte(tr.user), []byte(user)) != 1 {
		return tr, doubt("trigger belongs to another user", tellForged)
	}
	if age := t.now().Sub(tr.at); age > triggerLife || age < -clockSkew {
		return tr, doubt(fmt.Sprintf("trigger is %s old", age.Round(time.Second)), tellLate)
	}
	return tr, nil
}

// spend makes a trigger good for one callback only.
func (t *trust) spend(tr trigger) error {
	now := t.now()
	if !t.seen.take(tr.nonce, now, now.Add(triggerLife+clockSkew)) {
		return doubt("trigger was used before", tellOnce)
	}
	return nil
}

// parseTrigger takes a trigger id apart: base64 of nonce:user:milliseconds:base64 signature, where the
// signature is over the first three, each with its colon.
func parseTrigger(id string) (trigger, string, []byte, error) {
	raw, err := base64.StdEncoding.DecodeString(id)
	if err != nil {
		return trigger{}, "", nil, errors.New("trigger is not base64")
	}
	parts := strings.Split(string(raw), ":")
	if len(parts) != 4 {
		return trigger{}, "", nil, errors.New("trigger has not four parts")
	}
	ms, err := strconv.ParseInt(parts[2], 10, 64)
	if err != nil {
		return trigger{}, "", nil, errors.New("trigger has no time")
	}
	signature, err := base64.StdEncoding.DecodeString(parts[3])
	if err != nil {
		return trigger{}, "", nil, errors.New("trigger has no signature")
	}
	signed := strings.Join(parts[:3], ":") + ":"
	return trigger{nonce: parts[0], user: parts[1], at: time.UnixMilli(ms)}, signed, signature, nil
}

// verify checks a signature. A key that does not fit is read again now and then, because a server that
// was set up anew has another.
func (t *trust) verify(ctx context.Context, signed string, signature []byte) (bool, error) {
	digest := sha256.Sum256([]byte(signed))
	key, err := t.current(ctx)
	if err != nil {
		return false, err
	}
	if ecdsa.VerifyASN1(key, digest[:], signature) {
		return true, nil
	}
	if !t.claim() {
		return false, nil
	}
	if key, err = t.refresh(ctx); err != nil {
		return false, err
	}
	return ecdsa.VerifyASN1(key, digest[:], signature), nil
}

// current is the key we have, read when we have none.
func (t *trust) current(ctx context.Context) (*ecdsa.PublicKey, error) {
	t.mu.Lock()
	key := t.key
	t.mu.Unlock()
	if key != nil {
		return key, nil
	}
	return t.refresh(ctx)
}

// claim tells one caller in a while that it may read the key again, so that a flood of forgeries is not
// passed on to the server.
func (t *trust) claim() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.now().Sub(t.fetched) < keyRest {
		return false
	}
	t.fetched = t.now()
	return true
}

func (t *trust) refresh(ctx context.Context) (*ecdsa.PublicKey, error) {
	key, err := t.fetch(ctx)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.key, t.fetched = key, t.now()
	return key, nil
}

// signingKey reads the server's public key. The old format is the one all versions know.
func (p *Platform) signingKey(ctx context.Context) (*ecdsa.PublicKey, error) {
	const op = "read the server's signing key"
	settings, err := call(ctx, p, op, func(ctx context.Context) (map[string]string, *model.Response, error) {
		resp, err := p.api.DoAPIGet(ctx, "/config/client?format=old", "")
		if err != nil {
			return nil, model.BuildResponse(resp), err
		}
		defer resp.Body.Close()
		var settings map[string]string
		err = json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&settings)
		return settings, model.BuildResponse(resp), err
	})
	if err != nil {
		return nil, err
	}
	der, err := base64.StdEncoding.DecodeString(settings["AsymmetricSigningPublicKey"])
	if err != nil {
		return nil, &chat.Error{Class: chat.Invalid, Op: op, Err: err}
	}
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, &chat.Error{Class: chat.Invalid, Op: op, Err: err}
	}
	public, ok := key.(*ecdsa.PublicKey)
	if !ok {
		return nil, &chat.Error{Class: chat.Invalid, Op: op, Code: "not an ECDSA key"}
	}
	return public, nil
}

// commandToken checks that a slash command knows the secret that only the server and we know.
func (p *Platform) commandToken(r *http.Request) error {
	if subtle.ConstantTimeCompare([]byte(r.PostFormValue("token")), []byte(p.cfg.CommandToken)) == 1 {
		return nil
	}
	return doubt("wrong command token",
		"Sitrep does not know this command's token, so nothing was done. An admin can mend that: "+
			"run `sitrep setup mattermost` and put the token it shows into sitrep's configuration.")
}

// press checks a button: that we signed it, for this channel and for this very post or person, and that
// the server says who pressed it.
func (p *Platform) press(ctx context.Context, in *model.PostActionIntegrationRequest) (trigger, error) {
	tr, err := p.trust.check(ctx, in.TriggerId, in.UserId)
	if err != nil {
		return tr, err
	}
	text := func(key string) string {
		s, _ := in.Context[key].(string)
		return s
	}
	bound, to := text(ctxBound), text(ctxTo)
	if !p.seal.signed(text(ctxSum), "button", bound, to, in.ChannelId, text(ctxAction), text(ctxValue)) {
		return tr, doubt("button is not signed by us for this channel",
			"This button is not one of sitrep's, or too old for it, so nothing was done. "+
				"Type `"+p.cfg.Command+"` to go on.")
	}
	if err := p.bound(ctx, in, bound, to); err != nil {
		return tr, err
	}
	return tr, p.trust.spend(tr)
}

// bound checks that a signed button sits where it was put.
func (p *Platform) bound(ctx context.Context, in *model.PostActionIntegrationRequest, bound, to string) error {
	const tell = "This button was copied from somewhere else, so nothing was done. Please use the original."
	ok := false
	switch bound {
	case boundToPost:
		ok = in.PostId == to
	case boundToUser:
		ok = in.UserId == to
	case boundToKey:
		var err error
		if ok, err = p.ours(ctx, in.PostId, in.ChannelId, to); err != nil {
			return err
		}
	}
	if !ok {
		return doubt("button is on another "+bound+" than it was made for", tell)
	}
	return nil
}
