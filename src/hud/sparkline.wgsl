// A sparkline: the newest sample at the right, filled below, the 95th percentile dotted.

#import bevy_ui::ui_vertex_output::UiVertexOutput

struct Line {
    heights: array<vec4<f32>, 16>,
    color: vec4<f32>,
    p95: f32,
    count: f32,
};

@group(1) @binding(0) var<uniform> line: Line;

fn height(i: i32) -> f32 {
    let group = line.heights[clamp(i, 0, 63) / 4];
    let k = clamp(i, 0, 63) % 4;
    return select(select(group.x, group.y, k == 1), select(group.z, group.w, k == 3), k >= 2);
}

@fragment
fn fragment(in: UiVertexOutput) -> @location(0) vec4<f32> {
    // Pixels from the bottom left; half a line's width is kept free at top and bottom.
    let at = vec2(in.uv.x, 1.0 - in.uv.y) * in.size;
    let stroke = max(in.size.y / 20.0, 1.0);
    let room = in.size.y - 2.0 * stroke;
    let across = in.uv.x * 63.0;
    let first = i32(floor(across));

    var nearest = 1000000.0;
    for (var i = first - 2; i <= first + 2; i++) {
        let a = vec2(f32(i) / 63.0 * in.size.x, stroke + height(i) * room);
        let b = vec2(f32(i + 1) / 63.0 * in.size.x, stroke + height(i + 1) * room);
        let along = b - a;
        let t = clamp(dot(at - a, along) / dot(along, along), 0.0, 1.0);
        nearest = min(nearest, length(at - a - along * t));
    }
    let here = stroke + mix(height(first), height(first + 1), fract(across)) * room;
    let known = step(63.0 - line.count + 1.0, across);
    let fresh = 0.35 + 0.65 * in.uv.x;

    let curve = 1.0 - smoothstep(stroke * 0.5 - 0.5, stroke * 0.5 + 0.5, nearest);
    let fill = 0.16 * (1.0 - smoothstep(here - 0.5, here + 0.5, at.y));
    let dots = step(fract(at.x / (stroke * 5.0)), 0.5);
    let level = stroke + min(line.p95, 1.0) * room;
    let p95 = 0.4 * dots * (1.0 - smoothstep(stroke * 0.25, stroke * 0.25 + 0.8, abs(at.y - level)));
    let base = 0.14 * (1.0 - smoothstep(0.0, 1.0, at.y));
    let alpha = max(max(max(curve * 0.9, fill) * fresh * known, p95 * step(1.0, line.count)), base);
    return vec4(line.color.rgb, alpha);
}
