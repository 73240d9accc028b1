// Melodies and words that nobody owns any more: [English name, Chinese name, language, tempo, "note beats word …"].

export const songs = [
  ["どどそそららそ", "小星星（日语唱名）", "ja", 100,
    "C4 1 ど, C4 1 ど, G4 1 そ, G4 1 そ, A4 1 ら, A4 1 ら, G4 2 そ, F4 1 ふぁ, F4 1 ふぁ, E4 1 み, E4 1 み, D4 1 れ, D4 1 れ, C4 2 ど"],
  ["さくら", "樱花（日语）", "ja", 80,
    "A4 1 さ, A4 1 く, B4 2 ら, A4 1 さ, A4 1 く, B4 2 ら, A4 1 や, B4 1 よ, C5 1 い, B4 1 の, A4 1 そ, B4 0.5 ら, A4 0.5 ー, F4 2 は"],
  ["Twinkle, twinkle", "小星星（英语）", "en", 100,
    "C4 1 twin, C4 1 kle, G4 1 twin, G4 1 kle, A4 1 lit, A4 1 tull, G4 2 star, F4 1 how, F4 1 I, E4 1 won, E4 1 der, D4 1 what, D4 1 you, C4 2 are"],
  ["Ode to Joy", "欢乐颂（英语）", "en", 110,
    "E4 1 joy, E4 1 thou, F4 1 shi, G4 1 ning, G4 1 spark, F4 1 of, E4 1 hea, D4 1 ven, C4 1 daugh, C4 1 ter, D4 1 of, E4 1 the, E4 1.5 sun, D4 0.5 and, D4 2 sky"],
  ["Frère Jacques", "两只老虎（英语）", "en", 120,
    "C4 1 are, D4 1 you, E4 1 slee, C4 1 ping, C4 1 are, D4 1 you, E4 1 slee, C4 1 ping, E4 1 bro, F4 1 ther, G4 2 John, E4 1 bro, F4 1 ther, G4 2 John"],
];
