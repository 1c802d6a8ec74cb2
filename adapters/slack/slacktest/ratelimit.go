package slacktest

import "time"

// The tiers are guarantees for each method, workspace and app in a window of a minute (Slack docs). The real
// service tolerates short bursts of unknown size; this fake does not, except for posting.
var perMinute = map[tier]int{tierSpecial: 600, tier1: 1, tier2: 20, tier3: 50, tier4: 100}

// workspacePosts is the cap on posts a minute over all channels: "several hundred" (Slack docs).
const workspacePosts = 300

// bucket counts calls in a window.
type bucket struct {
	from time.Time
	used int
}

// take uses one of size in the window and gives the wait when there is none left.
func (b *bucket) take(now time.Time, size int, window time.Duration) time.Duration {
	if now.Sub(b.from) >= window {
		b.from, b.used = now, 0
	}
	if b.used >= size {
		return window - now.Sub(b.from)
	}
	b.used++
	return 0
}

// limit is how long the caller must wait before this call is allowed; zero lets it through.
func (s *Server) limit(c *call, m method) time.Duration {
	if !s.opts.Rates {
		return 0
	}
	now := s.now()
	if m.tier != tierPosting {
		return s.bucket(c.method).take(now, perMinute[m.tier], time.Minute)
	}
	if wait := s.bucket("post").take(now, workspacePosts, time.Minute); wait > 0 {
		return wait
	}
	// One a second in each channel, after a small burst (Slack docs).
	return s.bucket("post/"+c.str("channel")).take(now, s.opts.Burst, time.Duration(s.opts.Burst)*time.Second)
}

func (s *Server) bucket(key string) *bucket {
	if s.buckets[key] == nil {
		s.buckets[key] = &bucket{}
	}
	return s.buckets[key]
}
