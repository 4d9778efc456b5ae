package lang

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestParse(t *testing.T) {
	for tag, want := range map[string]Tag{
		"en": English, "en_GB.UTF-8": English, "en@euro": English,
		"zh": Chinese, "zh-CN": Chinese, "zh_CN.UTF-8": Chinese, "zh-Hans": Chinese, "zh_SG.GB18030": Chinese,
	} {
		got, err := Parse(tag)
		assert.NoError(t, err, tag)
		assert.Equal(t, want, got, tag)
	}
	for _, tag := range []string{"", "klingon", "fr", "C", "../etc"} {
		_, err := Parse(tag)
		assert.ErrorContains(t, err, "en or zh-CN", tag)
	}
}

func TestFromEnvironment(t *testing.T) {
	for _, c := range []struct {
		all, messages, lang string
		want                Tag
	}{
		{"", "", "", English},
		{"", "", "C.UTF-8", English},
		{"", "", "zh_CN.UTF-8", Chinese},
		{"", "en_US.UTF-8", "zh_CN.UTF-8", English},
		{"zh_CN.UTF-8", "en_US.UTF-8", "C", Chinese},
		{"", "", "fr_FR.UTF-8", English},
	} {
		t.Setenv("LC_ALL", c.all)
		t.Setenv("LC_MESSAGES", c.messages)
		t.Setenv("LANG", c.lang)
		assert.Equal(t, c.want, FromEnvironment(), c)
	}
}

func TestFromHeader(t *testing.T) {
	for header, want := range map[string]Tag{
		"": English, "zh-CN,zh;q=0.9,en;q=0.8": Chinese, "en-US,en;q=0.9,zh;q=0.1": English, "fr, zh;q=0.5": Chinese,
		"\x00;;": English,
	} {
		assert.Equal(t, want, FromHeader(header), header)
	}
}
