package room

import (
	"encoding/json"
	"errors"
	"net/http"
)

// refusal is why a page did not get what it asked for. The page has words for each code.
type refusal struct {
	status int
	code   string
}

func (e *refusal) Error() string { return "room: " + e.code }

var (
	errStarting  = &refusal{http.StatusServiceUnavailable, "starting"}
	errNobody    = &refusal{http.StatusUnauthorized, "nobody"}
	errNoRoom    = &refusal{http.StatusNotFound, "no_room"}
	errNoMessage = &refusal{http.StatusNotFound, "no_message"}
	errNoButton  = &refusal{http.StatusConflict, "no_button"}
	errNotMember = &refusal{http.StatusForbidden, "not_member"}
	errArchived  = &refusal{http.StatusConflict, "archived"}
	errNotYours  = &refusal{http.StatusForbidden, "not_yours"}
	errEmpty     = &refusal{http.StatusBadRequest, "empty"}
	errTooLong   = &refusal{http.StatusBadRequest, "too_long"}
	errNoCommand = &refusal{http.StatusBadRequest, "no_command"}
	errFormGone  = &refusal{http.StatusGone, "form_gone"}
	errRequest   = &refusal{http.StatusBadRequest, "bad_request"}
	errOutside   = &refusal{http.StatusForbidden, "outside"}
	errDisk      = &refusal{http.StatusInternalServerError, "disk"}
)

// refuse answers with the code of a refusal. Anything else is a disk that would not take what was said; the
// log has the cause.
func (r *Room) refuse(w http.ResponseWriter, err error) {
	var known *refusal
	if !errors.As(err, &known) {
		r.cfg.Log.Error().Err(err).Msg("room: nothing could be saved")
		known = errDisk
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(known.status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": known.code})
}
