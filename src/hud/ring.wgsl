// The ring around a face: seven arcs with round ends, their shadow, a glow, a ring that spreads.
// Lengths are in ring radii. Colours leave with their alpha applied.

#import bevy_sprite::mesh2d_vertex_output::VertexOutput

struct Ring {
    // Unit vectors: to the arc's middle; to its end when its middle lies on the x axis.
    arcs: array<vec4<f32>, 7>,
    // Half thickness, opacity.
    strokes: array<vec4<f32>, 7>,
    colors: array<vec4<f32>, 7>,
    glow_color: vec4<f32>,
    glow: f32,
    ripple: f32,
    ripple_phase: f32,
    sag: f32,
    wave_radius: f32,
    wave_opacity: f32,
    presence: f32,
    quad: f32,
};

@group(#{MATERIAL_BIND_GROUP}) @binding(0) var<uniform> ring: Ring;

// Distance to the middle line of an arc of radius 1 around `axis`.
fn arc_distance(p: vec2<f32>, axis: vec2<f32>, end: vec2<f32>) -> f32 {
    let along = dot(p, axis);
    let across = abs(p.y * axis.x - p.x * axis.y);
    // Beyond the end's direction, the end itself is closest.
    let beyond = across * end.x > along * end.y;
    return select(abs(length(p) - 1.0), length(vec2(along, across) - end), beyond);
}

@fragment
fn fragment(mesh: VertexOutput) -> @location(0) vec4<f32> {
    var p = (mesh.uv - 0.5) * 2.0 * ring.quad;
    p.y = -p.y;
    let pixel = length(fwidth(p)) * 0.7071;
    let far = length(p);
    // The glow ends before the quad does; over the face there is nothing.
    if far < 0.5 || far > ring.quad {
        discard;
    }
    let border = 1.0 - smoothstep(0.8 * ring.quad, ring.quad, far);

    // Soft shapes: the lower half hangs down, ripples run around.
    p.y /= 1.0 + ring.sag * smoothstep(0.3, -1.1, p.y);
    if ring.ripple > 0.0 {
        let angle = atan2(p.y, p.x);
        let swell = 0.7 + 0.3 * sin(3.0 * angle - 0.7 * ring.ripple_phase);
        p /= 1.0 + ring.ripple * sin(5.0 * angle + ring.ripple_phase) * swell;
    }
    let from_ring = length(p) - 1.0;

    // A shadow, so that the ring is seen on a bright picture.
    let shadow = from_ring / 0.075;
    var color = vec4(0.0, 0.0, 0.0, 0.32 * exp(-shadow * shadow));

    // Glow: light without cover, more outside than over the face.
    let reach = select(0.09, 0.28, from_ring > 0.0);
    let halo = exp(-abs(from_ring) / reach) * ring.glow * border;
    color += vec4(ring.glow_color.rgb * halo * 0.55, halo * 0.10);

    // The ring that spreads, thinner as it goes.
    if ring.wave_opacity > 0.0 {
        let width = 0.035 * (2.0 - ring.wave_radius) + 0.006;
        let distance = abs(length(p) - ring.wave_radius);
        let line = ring.wave_opacity * border * (1.0 - smoothstep(width - pixel, width + pixel, distance));
        let light = ring.wave_opacity * border * exp(-distance / 0.09) * 0.35;
        color = color * (1.0 - line * 0.8) + vec4(ring.glow_color.rgb * (line + light), line * 0.8);
    }

    if abs(from_ring) < 0.06 {
        for (var i = 0; i < 7; i++) {
            let arc = ring.arcs[i];
            let stroke = ring.strokes[i];
            let distance = arc_distance(p, arc.xy, arc.zw) - stroke.x;
            let cover = (1.0 - smoothstep(-pixel, pixel, distance)) * stroke.y;
            // A brighter core gives the arc volume.
            let core = 1.0 + 0.35 * smoothstep(0.0, -stroke.x, distance);
            color = color * (1.0 - cover) + vec4(ring.colors[i].rgb * core * cover, cover);
        }
    }
    return color * ring.presence;
}
