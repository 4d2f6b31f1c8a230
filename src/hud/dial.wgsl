// The valence-arousal dial: valence to the right, arousal up, each -1 to 1.

#import bevy_ui::ui_vertex_output::UiVertexOutput

struct Dial {
    tail: array<vec4<f32>, 16>,
    marks: array<vec4<f32>, 7>,
    mark_colors: array<vec4<f32>, 7>,
    others: array<vec4<f32>, 3>,
    color: vec4<f32>,
    point: vec2<f32>,
    step: f32,
    presence: f32,
};

@group(1) @binding(0) var<uniform> dial: Dial;

fn tail_point(i: i32) -> vec2<f32> {
    let pair = dial.tail[i / 2];
    return select(pair.xy, pair.zw, i % 2 == 1);
}

fn over(under: vec4<f32>, rgb: vec3<f32>, alpha: f32) -> vec4<f32> {
    let out = alpha + under.a * (1.0 - alpha);
    let mixed = (rgb * alpha + under.rgb * under.a * (1.0 - alpha)) / max(out, 0.0001);
    return vec4(mixed, out);
}

fn segment_distance(p: vec2<f32>, a: vec2<f32>, b: vec2<f32>) -> f32 {
    let along = b - a;
    let t = clamp(dot(p - a, along) / max(dot(along, along), 0.000001), 0.0, 1.0);
    return length(p - a - along * t);
}

@fragment
fn fragment(in: UiVertexOutput) -> @location(0) vec4<f32> {
    // The unit circle touches the node's edge with a little room.
    let p = (in.uv - 0.5) * vec2(2.0, -2.0) * 1.06;
    let pixel = 2.12 / in.size.x;
    let white = vec3(1.0);
    var color = vec4(0.0);

    let r = length(p);
    let inside = 1.0 - smoothstep(1.0 - pixel, 1.0 + pixel, r);
    color = over(color, white, 0.03 * inside);
    color = over(color, white, 0.16 * (1.0 - smoothstep(0.0, pixel * 1.2, abs(r - 1.0))));
    color = over(color, white, 0.07 * (1.0 - smoothstep(0.0, pixel * 1.2, abs(r - 0.5))));
    let axis = min(abs(p.x), abs(p.y));
    color = over(color, white, 0.10 * inside * (1.0 - smoothstep(0.0, pixel * 1.2, axis)));

    for (var i = 0; i < 7; i++) {
        let d = length(p - dial.marks[i].xy) - 0.045;
        color = over(color, dial.mark_colors[i].rgb, 0.75 * (1.0 - smoothstep(-pixel, pixel, d)));
    }
    for (var i = 0; i < 3; i++) {
        let d = length(p - dial.others[i].xy) - 0.055;
        let cover = 1.0 - smoothstep(-pixel, pixel, d);
        color = over(color, white, 0.55 * cover * dial.others[i].z);
    }

    // The tail: older is thinner and fainter; `step` keeps it from hopping at each new point.
    var before = tail_point(31);
    for (var i = 30; i >= 0; i--) {
        let here = tail_point(i);
        let age = (f32(i) + dial.step) / 31.0;
        let fresh = clamp(1.0 - age, 0.0, 1.0);
        let d = segment_distance(p, before, here) - 0.012 - 0.028 * fresh;
        let cover = 1.0 - smoothstep(-pixel, pixel, d);
        color = over(color, dial.color.rgb, cover * fresh * fresh * 0.8 * dial.presence);
        before = here;
    }
    let newest = segment_distance(p, before, dial.point) - 0.04;
    color = over(color, dial.color.rgb, 0.8 * (1.0 - smoothstep(-pixel, pixel, newest)) * dial.presence);

    let d = length(p - dial.point);
    color = over(color, dial.color.rgb, 0.45 * exp(-pow(d / 0.14, 2.0)) * dial.presence);
    color = over(color, dial.color.rgb, (1.0 - smoothstep(0.09 - pixel, 0.09 + pixel, d)) * dial.presence);
    color = over(color, white, (1.0 - smoothstep(0.05 - pixel, 0.05 + pixel, d)) * dial.presence);
    return color;
}
