package scenarios

var clientCertificates = []Scenario{}
