package scenarios

// Good returns the control that differs from what every client accepts in nothing but the service:
// good, mongo-good, mongod-good.
func Good(service Service) *Scenario { return Behind(service)[0] }

// FirstControl returns the control that most of the scenarios are held against, and of several the one
// that comes first: a client that refuses it need not be asked the others. It is nil if there are no
// scenarios.
func FirstControl(list []*Scenario) *Scenario {
	var first *Scenario
	held := map[*Scenario]int{}
	for _, s := range list {
		control := ControlOf(s)
		held[control]++
	}
	for _, s := range list {
		if control := ControlOf(s); first == nil || held[control] > held[first] {
			first = control
		}
	}
	return first
}
