package scenarios

var revocation = []Scenario{}
