package room

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

const (
	// LinkLife is how long a personal link should be valid.
	LinkLife = 24 * time.Hour
	// sessionLife is how long somebody who came in by a link stays in; every visit starts it anew.
	sessionLife = 7 * 24 * time.Hour

	cookieName = "sitrep_room"
)

// Link is a personal link into the room that is valid until then. Whoever has it is that person.
func (r *Room) Link(person string, until time.Time) string {
	return Link(r.cfg.Secret, r.cfg.PublicURL, person, until)
}

// Link is [Room.Link] for those who have the room's secret and not the room.
func Link(secret []byte, publicURL, person string, until time.Time) string {
	query := url.Values{
		"person": {person},
		"until":  {strconv.FormatInt(until.Unix(), 10)},
		"sign":   {seal(secret, "link", person, until.Unix())},
	}
	return strings.TrimSuffix(publicURL, "/") + "/room/enter?" + query.Encode()
}

// seal signs that a person may come in until then. What names the use, so that a link is not a session.
func seal(secret []byte, what, person string, until int64) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("sitrep room " + what + "\n" + person + "\n" + strconv.FormatInt(until, 10)))
	return hex.EncodeToString(mac.Sum(nil))
}

// sealed tells whether the seal fits, and whether it still holds.
func (r *Room) sealed(what, person, until, sign string) (fits, holds bool) {
	at, err := strconv.ParseInt(until, 10, 64)
	if err != nil || len(r.cfg.Secret) == 0 {
		return false, false
	}
	fits = hmac.Equal([]byte(sign), []byte(seal(r.cfg.Secret, what, person, at)))
	return fits, fits && r.cfg.Now().Unix() < at
}

// handleEnter lets somebody in who comes by a personal link.
func (r *Room) handleEnter(w http.ResponseWriter, req *http.Request) {
	q := req.URL.Query()
	person := q.Get("person")
	fits, holds := r.sealed("link", person, q.Get("until"), q.Get("sign"))
	_, known := r.user(person)
	switch {
	case r.cfg.Open:
		http.Redirect(w, req, "/room/?as="+url.QueryEscape(person), http.StatusSeeOther)
	case !fits || !known:
		r.note(w, req, http.StatusForbidden, "enter_bad")
	case !holds:
		r.note(w, req, http.StatusForbidden, "enter_expired")
	default:
		r.stay(w, person)
		http.Redirect(w, req, "/room/", http.StatusSeeOther)
	}
}

// stay starts or renews a session.
func (r *Room) stay(w http.ResponseWriter, person string) {
	until := r.cfg.Now().Add(sessionLife)
	r.remember(w, person+"|"+strconv.FormatInt(until.Unix(), 10)+"|"+seal(r.cfg.Secret, "session", person, until.Unix()), int(sessionLife.Seconds()))
}

// handleLeave ends a session.
func (r *Room) handleLeave(w http.ResponseWriter, req *http.Request) {
	r.remember(w, "", -1)
	http.Redirect(w, req, "/room/", http.StatusSeeOther)
}

// remember has the browser keep a session for this many seconds, or forget it. Lax, because a link from a
// chat or a mail has to lead in; what changes anything is guarded against other origins.
func (r *Room) remember(w http.ResponseWriter, value string, seconds int) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure whenever people come by https; a machine of one's own has none
		Name: cookieName, Value: value, Path: "/room/", MaxAge: seconds,
		HttpOnly: true, Secure: strings.HasPrefix(r.cfg.PublicURL, "https:"), SameSite: http.SameSiteLaxMode,
	})
}

// who is the person behind an HTTP request. In an open room it is whoever the page says.
func (r *Room) who(req *http.Request, as string) (chat.User, bool) {
	if r.cfg.Open {
		return r.user(as)
	}
	cookie, err := req.Cookie(cookieName)
	if err != nil {
		return chat.User{}, false
	}
	part := strings.Split(cookie.Value, "|")
	if len(part) != 3 || (as != "" && as != part[0]) {
		return chat.User{}, false
	}
	if _, holds := r.sealed("session", part[0], part[1], part[2]); !holds {
		return chat.User{}, false
	}
	return r.user(part[0])
}

// user is somebody who can be in the room.
func (r *Room) user(handle string) (chat.User, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	u, ok := r.people[chat.UserID(handle)]
	return u, ok && u.ID != bot
}
