package playbook

func check(*Playbook, *report, map[string]place) {}
