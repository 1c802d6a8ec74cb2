package bot

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/sitrep-bot/sitrep/bot/chat"
)

// The names that the bot gives to streams, links and items in the journal. They are on disk: a change
// needs a migration.
const (
	streamPrefix  = "inc/"    // inc/000042
	openPrefix    = "open/"   // open/inc/000042 → 42, while the incident is not over
	pastPrefix    = "past/"   // past/9999999957 → a summary of incident 42, once it is over; newest first
	namePrefix    = "name/"   // name/slack/U9 → the name that was last seen
	handlePrefix  = "handle/" // handle/slack/U0ANA → the user id behind a handle of the config
	counter       = "incident"
	directoryName = "directory" // the stream without events that links of the directory are committed to
	lastNumber    = 9_999_999_999
)

// Stream is the name of an incident's stream in the journal.
func Stream(number int) string { return fmt.Sprintf("%s%06d", streamPrefix, number) }

// Number is the incident of a stream's name; false when the stream is not an incident's.
func Number(stream string) (int, bool) {
	digits, ok := strings.CutPrefix(stream, streamPrefix)
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(digits)
	return n, err == nil && n > 0
}

func openKey(number int) string { return openPrefix + Stream(number) }

func pastKey(number int) string { return fmt.Sprintf("%s%010d", pastPrefix, lastNumber-number) }

// roomKey leads from a room to the incident that lives in it.
func roomKey(platform chat.Name, room chat.RoomID) string {
	return "room/" + string(platform) + "/" + string(room)
}

// placeKey leads from an incident to its room, once there is one.
func placeKey(number int) string { return "place/" + Stream(number) + "/room" }

// messageKey leads from an incident to one of its messages, once it was said.
func messageKey(number int, name chat.MessageID) string {
	return "message/" + Stream(number) + "/" + string(name)
}

// promiseKey says that one of an incident's messages was asked for, said or not.
func promiseKey(number int, name chat.MessageID) string {
	return "promise/" + Stream(number) + "/" + string(name)
}

func handleKey(platform chat.Name, handle string) string {
	return handlePrefix + string(platform) + "/" + handle
}

func channelKey(platform chat.Name, name string) string {
	return "channel/" + string(platform) + "/" + name
}

// nameKey leads from a person who is not in the config to the name that was last seen.
func nameKey(id string) string { return namePrefix + id }

// spot is where a message is. A message id means something only together with its room.
type spot struct {
	Room    chat.RoomID    `json:"room"`
	Message chat.MessageID `json:"message"`
}

func (s spot) String() string {
	data, err := json.Marshal(s)
	if err != nil {
		panic(err) // two strings always encode
	}
	return string(data)
}

func readSpot(value string) (spot, error) {
	var s spot
	if err := json.Unmarshal([]byte(value), &s); err != nil {
		return spot{}, fmt.Errorf("decode the place of a message: %w", err)
	}
	return s, nil
}
