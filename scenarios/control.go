package scenarios

// Good returns a service's plain control, which every client accepts: good, mongo-good or mongod-good.
func Good(service Service) *Scenario { return Behind(service)[0] }

// FirstControl returns the control that most of the scenarios have. If several are equally common, it returns
// the first. A client that refuses it need not be tested against the rest. The result is nil if there are no
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
