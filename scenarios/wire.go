package scenarios

var wire = []Scenario{}
